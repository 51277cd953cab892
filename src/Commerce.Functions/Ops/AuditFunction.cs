using System.Diagnostics.Metrics;
using Commerce.Functions.Http;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Ops;

internal static class OpsServices
{
    public static IServiceCollection AddOps(this IServiceCollection services) => services.AddSingleton<Audit>();
}

public sealed partial class AuditFunction(Audit audit, ILogger<AuditFunction> logger)
{
    private static readonly Gauge<int> Differences = CommerceTelemetry.Meter.CreateGauge<int>(
        "commerce.audit.differences", "{difference}", "What the last audit by the timer found; anything but 0 raises an alert");

    [Function("Audit")]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Admin, "get", "head", Route = "ops/audit")] HttpRequest request) =>
        Answers.Ok(await audit.RunAsync(request.HttpContext.RequestAborted), AuditJson.Wire.AuditReport);

    /// <summary>Once a day, so that nobody has to remember to ask: it reads everything, which costs RU.</summary>
    [Function("WatchBooks")]
    public async Task WatchAsync([TimerTrigger("0 17 3 * * *")] TimerInfo timer, CancellationToken ct)
    {
        var report = await audit.RunAsync(ct);
        Differences.Record(report.Differences.Count);
        if (!report.Ok)
            LogDifferences(report.Differences.Count, report.Accounts, report.Products, report.Orders);
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The books do not agree: {Differences} differences among {Accounts} accounts, {Products} products and {Orders} orders")]
    private partial void LogDifferences(int differences, long accounts, long products, long orders);
}
