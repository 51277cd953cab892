using System.Net;
using LocalPlatform.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Worker;

public class MiddlewareTests
{
    [Fact]
    public async Task Middleware_wraps_runs_in_the_order_of_its_adding()
    {
        await using var host = await FunctionsHost.StartAsync([typeof(WrappedFunctions)], app =>
        {
            app.UseMiddleware<Outer>();
            app.UseMiddleware(async (context, next) =>
            {
                Note(context, "inline-in");
                await next();
                Note(context, "inline-out");
            });
            app.UseWhen<OnlySecond>(context => context.FunctionDefinition.Name == "Second");
        });
        Assert.Equal("outer-in inline-in first inline-out outer-out", await host.Http.GetStringAsync("/api/first"));
        Assert.Equal("outer-in inline-in only-second second inline-out outer-out", await host.Http.GetStringAsync("/api/second"));
    }

    [Fact]
    public async Task Middleware_can_answer_in_the_functions_place()
    {
        await using var host = await FunctionsHost.StartAsync(
            [typeof(WrappedFunctions)],
            app => app.UseMiddleware((context, _) =>
            {
                context.GetInvocationResult().Value = Results.StatusCode(418);
                return Task.CompletedTask;
            }));
        Assert.Equal((HttpStatusCode)418, (await host.Http.GetAsync("/api/first")).StatusCode);
    }

    [Fact]
    public async Task What_middleware_throws_in_front_of_http_fails_the_request_at_once()
    {
        await using var host = await FunctionsHost.StartAsync(folder => TestApp.CreateBuilder(
            [typeof(WrappedFunctions)],
            folder,
            TestApp.AnyPort,
            beforeHttp: app => app.UseMiddleware((_, _) => throw new InvalidOperationException("before HTTP"))));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        var response = await host.Http.GetAsync("/api/first", patience.Token);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task Middleware_can_turn_an_exception_into_an_answer_of_its_own()
    {
        await using var host = await FunctionsHost.StartAsync(
            [typeof(WrappedFunctions)],
            app => app.UseMiddleware(async (context, next) =>
            {
                try
                {
                    await next();
                }
                catch (InvalidOperationException failure)
                {
                    await Results.Problem(failure.Message, statusCode: 409).ExecuteAsync(context.GetHttpContext()!);
                }
            }));
        var response = await host.Http.GetAsync("/api/broken");
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("out of order", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    internal static void Note(FunctionContext context, string what) =>
        context.Items["notes"] = context.Items.TryGetValue("notes", out var before) ? $"{before} {what}" : what;

    internal sealed class Outer : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            Note(context, "outer-in");
            await next(context);
            Note(context, "outer-out");
            context.GetInvocationResult().Value = Results.Text($"{context.Items["notes"]}");
        }
    }

    internal sealed class OnlySecond : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            Note(context, "only-second");
            return next(context);
        }
    }
}

public static class WrappedFunctions
{
    [Function("First")]
    public static IResult First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "first")] HttpRequest request,
        FunctionContext context) =>
        Note(context, "first");

    [Function("Second")]
    public static IResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second")] HttpRequest request,
        FunctionContext context) =>
        Note(context, "second");

    [Function("Broken")]
    public static IResult Broken([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "broken")] HttpRequest request) =>
        throw new InvalidOperationException("out of order");

    private static IResult Note(FunctionContext context, string what)
    {
        MiddlewareTests.Note(context, what);
        return Results.Empty;
    }
}
