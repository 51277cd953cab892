using System.Text.Json.Serialization;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Health;

internal sealed record HealthView(string Status);

[JsonSerializable(typeof(HealthView))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    public static HealthJson Wire { get; } = new(HttpJson.Options());
}

/// <summary>
/// Whether the process lives, and whether it can serve. A platform restarts what does not live, and sends no requests to what is not
/// ready; so live must not depend on the store, or an outage of the store would restart every instance.
/// </summary>
public sealed partial class HealthFunctions(CommerceDatabase database, TimeProvider time, ILogger<HealthFunctions> logger)
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(2);

    [Function("HealthLive")]
    public static IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequest request) =>
        Answers.Ok(new HealthView("live"), HealthJson.Wire.HealthView);

    [Function("HealthReady")]
    public async Task<IResult> Ready([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request)
    {
        using var deadline = new CancellationTokenSource(ReadyWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, request.HttpContext.RequestAborted);
        try
        {
            // The cheapest question there is: a point read that finds nothing.
            using var answer = await database[CommerceDatabase.Ranking].ReadItemStreamAsync(
                "health", new PartitionKey("health"), cancellationToken: either.Token);
            if (answer.IsSuccessStatusCode || answer.IsMissingItem())
                return Answers.Ok(new HealthView("ready"), HealthJson.Wire.HealthView);
            LogNotReady((int)answer.StatusCode, null);
        }
#pragma warning disable CA1031 // Whatever keeps the store from answering, the answer here is the same.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotReady(0, fault);
        }
        return Answers.Problem(new Failure(ErrorCode.NotReady, "The store does not answer."));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not ready: the store answered {Status}")]
    private partial void LogNotReady(int status, Exception? fault);
}
