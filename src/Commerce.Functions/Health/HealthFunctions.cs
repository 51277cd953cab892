using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;

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
public sealed class HealthFunctions(StoreProbe store)
{
    [Function("HealthLive")]
    public static IResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequest request) =>
        Answers.Ok(new HealthView("live"), HealthJson.Wire.HealthView);

    [Function("HealthReady")]
    public async Task<IResult> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request) =>
        await store.AnswersAsync()
            ? Answers.Ok(new HealthView("ready"), HealthJson.Wire.HealthView)
            : Answers.Problem(new Failure(ErrorCode.NotReady, "The store does not answer."));
}
