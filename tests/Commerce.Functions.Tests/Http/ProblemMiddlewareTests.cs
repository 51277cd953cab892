using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Http;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Functions.Tests.Http;

/// <summary>What a function throws is answered as what it is.</summary>
public sealed class ProblemMiddlewareTests
{
    [Theory]
    [InlineData(404, 1002, 503)]
    [InlineData(404, 1003, 503)]
    [InlineData(404, 1008, 503)]
    [InlineData(404, 0, 500)]
    [InlineData(449, 0, 503)]
    [InlineData(429, 3200, 503)]
    public async Task A_store_that_does_not_answer_properly_is_no_fault_of_the_request(int status, int subStatus, int answer) =>
        Assert.Equal(answer, (await AnswerAsync(new CosmosException("", (HttpStatusCode)status, subStatus, "", 0))).StatusCode);

    [Fact]
    public async Task What_nobody_can_tell_may_be_asked_again()
    {
        var answer = await AnswerAsync(new UndecidedWriteException(new Failure(ErrorCode.Busy, "unknown")));
        Assert.Equal((503, "1"), (answer.StatusCode, answer.Headers.RetryAfter.ToString()));
    }

    private static async Task<HttpResponse> AnswerAsync(Exception fault)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = new MemoryStream();
        // Where the worker keeps the request of a run.
        var run = new FakeRun(services) { Items = new Dictionary<object, object> { ["HttpRequestContext"] = http } };
        await new ProblemMiddleware(NullLogger<ProblemMiddleware>.Instance).Invoke(run, _ => throw fault);
        return http.Response;
    }
}
