using System.Net;
using System.Text.Json.Nodes;
using Azure.Identity;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Http;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Commerce.Functions.Tests.Http;

/// <summary>What a function throws is answered as what it is.</summary>
public sealed class ProblemMiddlewareTests
{
    private readonly FakeLogger<ProblemMiddleware> _log = new();

    [Theory]
    [InlineData(404, 1002, 503)]
    [InlineData(404, 1003, 503)]
    [InlineData(404, 1008, 503)]
    [InlineData(404, 0, 500)]
    [InlineData(408, 0, 503)]
    [InlineData(410, 0, 503)]
    [InlineData(449, 0, 503)]
    [InlineData(500, 0, 503)]
    [InlineData(503, 0, 503)]
    [InlineData(429, 3200, 503)]
    public async Task A_store_that_does_not_answer_properly_is_no_fault_of_the_request(int status, int subStatus, int answer) =>
        Assert.Equal(answer, (await AnswerAsync(new CosmosException("", (HttpStatusCode)status, subStatus, "", 0))).StatusCode);

    [Fact]
    public async Task What_nobody_can_tell_may_be_asked_again()
    {
        var answer = await AnswerAsync(new UndecidedWriteException(new Failure(ErrorCode.Busy, "unknown")));
        Assert.Equal((503, "1"), (answer.StatusCode, answer.Headers.RetryAfter.ToString()));
    }

    /// <summary>A network, a token or a task hub that is away or slow, and a wait of our own that was over.</summary>
    public static TheoryData<Exception> Absences =>
    [
        new HttpRequestException("secret"),
        new TimeoutException("secret"),
        new OperationCanceledException("secret"),
        new TaskCanceledException("secret"),
        new AuthenticationFailedException("secret"),
        new RpcException(new Status(StatusCode.Unavailable, "secret")),
    ];

    [Theory]
    [MemberData(nameof(Absences))]
    public async Task What_is_away_for_a_moment_may_be_asked_again(Exception fault)
    {
        var answer = await AnswerAsync(fault);
        Assert.Equal((503, "1"), (answer.StatusCode, answer.Headers.RetryAfter.ToString()));
        var body = Body(answer);
        Assert.EndsWith("/busy", (string?)body["type"], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(LogLevel.Warning, Assert.Single(_log.Collector.GetSnapshot()).Level);
    }

    [Theory]
    [InlineData(null, "1")]
    [InlineData(0.0, "1")]
    [InlineData(0.2, "1")]
    [InlineData(1.2, "2")]
    [InlineData(30.0, "30")]
    public async Task A_store_that_says_when_to_come_back_is_believed_in_whole_seconds(double? seconds, string retryAfter) =>
        Assert.Equal(retryAfter, (await AnswerAsync(new Throttled(seconds))).Headers.RetryAfter.ToString());

    [Theory]
    [InlineData(413, "payload-too-large")]
    [InlineData(408, "request-timeout")]
    [InlineData(400, "validation")]
    [InlineData(431, "validation")]
    public async Task A_body_that_cannot_be_read_is_the_requests_fault_and_says_so(int status, string slug)
    {
        var answer = await AnswerAsync(new BadHttpRequestException("secret", status));
        var body = Body(answer);
        Assert.Equal(status is 413 or 408 ? status : 400, answer.StatusCode);
        Assert.EndsWith($"/{slug}", (string?)body["type"], StringComparison.Ordinal);
        Assert.Equal("body", (string?)body["errors"]![0]!["field"]);
        Assert.DoesNotContain("secret", body.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty(_log.Collector.GetSnapshot());
    }

    public static TheoryData<Exception> Bugs =>
    [
        new InvalidOperationException("secret"),
        new KeyNotFoundException("secret"),
        new CosmosException("secret", HttpStatusCode.BadRequest, 0, "", 0),
        new AggregateException("secret"),
    ];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task Of_a_bug_nothing_is_told_but_where_to_look_for_it(Exception fault)
    {
        var answer = await AnswerAsync(fault);
        var body = Body(answer);
        Assert.Equal((500, "", "/api/test"),
            (answer.StatusCode, answer.Headers.RetryAfter.ToString(), (string?)body["instance"]));
        Assert.EndsWith("/internal-error", (string?)body["type"], StringComparison.Ordinal);
        Assert.NotEmpty((string)body["traceId"]!);
        Assert.DoesNotContain("secret", body.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(LogLevel.Error, Assert.Single(_log.Collector.GetSnapshot()).Level);
    }

    [Fact]
    public async Task To_a_client_that_has_gone_nothing_is_said()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var answer = await AnswerAsync(new OperationCanceledException(gone.Token), http => http.RequestAborted = gone.Token);
        Assert.Equal((499, 0), (answer.StatusCode, answer.Body.Length));
        Assert.Empty(_log.Collector.GetSnapshot());
    }

    [Fact]
    public async Task Nothing_of_the_answer_that_was_being_made_is_left()
    {
        var answer = await AnswerAsync(
            new TimeoutException(), static http => (http.Response.StatusCode, http.Response.Headers.ETag) = (201, "\"1\""));
        Assert.Equal((503, ""), (answer.StatusCode, answer.Headers.ETag.ToString()));
    }

    /// <summary>A problem in the middle of another answer would be read as part of it: the connection is to break off.</summary>
    [Fact]
    public async Task An_answer_that_has_begun_is_broken_off()
    {
        var fault = new TimeoutException();
        Assert.Same(fault, await Record.ExceptionAsync(() => AnswerAsync(
            fault, http => http.Features.Set<IHttpResponseFeature>(new Begun()))));
        Assert.Empty(_log.Collector.GetSnapshot());
    }

    /// <summary>The host is to see that it failed: it may try a message or a timer again.</summary>
    [Fact]
    public async Task What_a_function_throws_that_nobody_called_by_HTTP_goes_on()
    {
        var fault = new TimeoutException();
        await using var services = new ServiceCollection().BuildServiceProvider();
        Assert.Same(fault, await Record.ExceptionAsync(() => Middleware().Invoke(new FakeRun(services), _ => throw fault)));
    }

    [Fact]
    public async Task What_goes_well_is_left_as_it_is()
    {
        var answer = await AnswerAsync(http =>
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        Assert.Equal((204, 0), (answer.StatusCode, answer.Body.Length));
        Assert.Empty(_log.Collector.GetSnapshot());
    }

    private ProblemMiddleware Middleware() => new(_log);

    private static JsonNode Body(HttpResponse answer) => JsonNode.Parse(((MemoryStream)answer.Body).ToArray())!;

    private Task<HttpResponse> AnswerAsync(Exception fault, Action<HttpContext>? before = null) => AnswerAsync(http =>
    {
        before?.Invoke(http);
        throw fault;
    });

    private async Task<HttpResponse> AnswerAsync(Func<HttpContext, Task> function)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Request.Path = "/api/test";
        http.Response.Body = new MemoryStream();
        // Where the worker keeps the request of a run.
        var run = new FakeRun(services) { Items = new Dictionary<object, object> { ["HttpRequestContext"] = http } };
        FunctionExecutionDelegate next = _ => function(http);
        await Middleware().Invoke(run, next);
        return http.Response;
    }

    private sealed class Throttled(double? seconds) : CosmosException("", HttpStatusCode.TooManyRequests, 3200, "", 0)
    {
        public override TimeSpan? RetryAfter => seconds is { } after ? TimeSpan.FromSeconds(after) : null;
    }

    private sealed class Begun : HttpResponseFeature
    {
        public override bool HasStarted => true;
    }
}
