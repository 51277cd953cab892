using System.Diagnostics.Metrics;
using Commerce.Functions.Http;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Audit;

/// <summary>The audit by the timer, and at an operator's word.</summary>
public sealed partial class AuditFunctions(Auditor auditor, TimeProvider time, ILogger<AuditFunctions> logger)
{
    /// <summary>Well below the five minutes that a function may run, with the last step and its waits.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(3);

    /// <summary>How long an answer waits for a complete round when nothing else is said; Azure cuts a request off at 230 s.</summary>
    private static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(100);

    private static readonly Gauge<long> Differences = CommerceTelemetry.Meter.CreateGauge<long>(
        "commerce.audit.differences", "{difference}", "What the audit has found and still stands; but for 0 there is an alert");

    private static readonly Gauge<double> Age = CommerceTelemetry.Meter.CreateGauge<double>(
        "commerce.audit.age", "s", "How long ago the last complete round of the audit began; too long, or no value, is an alert");

    /// <summary>Checks the books for as long as the caller waits; a store that takes longer goes on being checked by the timer.</summary>
    [Function("Audit")]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/audit")] HttpRequest request)
    {
        var wait = Preference.Of(request).Wait ?? WaitDefault;
        var checkpoint = await auditor.ProveAsync(wait < WaitMax ? wait : WaitMax, request.HttpContext.RequestAborted);
        return Answers.Ok(AuditView.Of(checkpoint), AuditJson.Wire.AuditView);
    }

    /// <summary>
    /// Four times an hour: often enough that a fault is told while its traces are fresh, seldom enough that an idle shop can sleep. When
    /// nothing has changed and no round is due, a run costs some ten request units.
    /// </summary>
    [Function("WatchBooks")]
    public async Task WatchAsync([TimerTrigger("0 2,17,32,47 * * * *")] TimerInfo timer, CancellationToken ct)
    {
        var checkpoint = await auditor.RunAsync(Slice, ct);
        var view = AuditView.Of(checkpoint);
        var count = view.Differences.Count + view.Unlisted;
        Differences.Record(count);
        Age.Record((time.GetUtcNow() - (view.CheckedAt ?? checkpoint.CreatedAt)).TotalSeconds);
        if (count > 0)
            LogDifferences(count, view.CheckedAt, view.Accounts, view.Orders);
    }

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "{Differences} differences in the books. The last round, of {CheckedAt:O}, saw {Accounts} accounts and {Orders} orders")]
    private partial void LogDifferences(long differences, DateTimeOffset? checkedAt, long accounts, long orders);
}
