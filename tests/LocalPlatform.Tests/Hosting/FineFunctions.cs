using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Tests.Hosting;

/// <summary>An app with which nothing is wrong.</summary>
public partial class FineFunctions(ILogger<FineFunctions> logger, IConfiguration configuration)
{
    [Function("Fine")]
    public IResult Fine([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fine")] HttpRequest request)
    {
        Asked(logger, request.Path);
        return Results.NoContent();
    }

    [Function("ReadSetting")]
    public IResult Read([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "settings/{name}")] HttpRequest request,
        string name) =>
        Results.Text(configuration[name] ?? "");

    [Function("Unwell")]
    public static IResult Unwell([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unwell")] HttpRequest request) =>
        throw new InvalidOperationException($"unwell at {request.Path}");

    [LoggerMessage(1, LogLevel.Information, "Asked for {Path}")]
    private static partial void Asked(ILogger logger, string path);
}
