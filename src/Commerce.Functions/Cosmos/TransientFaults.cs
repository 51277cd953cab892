using System.Net;
using Azure.Identity;
using Microsoft.Azure.Cosmos;
using Polly;
using Polly.Retry;

namespace Commerce.Functions.Cosmos;

/// <summary>
/// Retries of Cosmos DB calls that may have been carried out although they failed (408, 503, a broken connection), met another write
/// (449), were answered by who cannot know (404 with a sub-status), or had no token, as in the first seconds of an instance. What is
/// throttled (429) the SDK repeats; once more on top of that would take minutes. Only for operations whose repeat is harmless, which is
/// every write of this application.
/// </summary>
internal static class TransientFaults
{
    private static readonly ResiliencePipeline Pipeline = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder()
                .Handle<CosmosException>(IsTransient)
                .Handle<HttpRequestException>()
                .Handle<AuthenticationFailedException>(),
            MaxRetryAttempts = 4,
            Delay = TimeSpan.FromMilliseconds(40),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    public static async Task<T> RetryAsync<T>(Func<Task<T>> call) =>
        await Pipeline.ExecuteAsync(static async (state, _) => await state(), call);

    /// <summary>A batch tells of its faults by status; a transient one is retried like any other.</summary>
    public static Task<TransactionalBatchResponse> RetryAsync(Func<Task<TransactionalBatchResponse>> call) =>
        RetryAsync<TransactionalBatchResponse>(async () =>
        {
            var response = await call();
            if (!IsTransient(response.StatusCode, response.SubStatus()))
                return response;
            using (response)
                throw response.Fault();
        });

    /// <summary>
    /// True for what another attempt may mend. A 404 with a sub-status (a replica behind the session, an owner that is missing) says
    /// nothing of the document that was asked for.
    /// </summary>
    public static bool IsTransient(CosmosException fault) => IsTransient(fault.StatusCode, fault.SubStatusCode);

    private static bool IsTransient(HttpStatusCode status, int subStatus) => status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.ServiceUnavailable
        or HttpStatusCode.Gone or HttpStatusCode.InternalServerError or (HttpStatusCode)449
        || (status == HttpStatusCode.NotFound && subStatus != 0);
}
