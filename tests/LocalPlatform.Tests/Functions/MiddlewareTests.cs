using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Functions;

public class MiddlewareTests
{
    [Fact]
    public async Task Middleware_wraps_runs_in_the_order_of_its_adding()
    {
        await using var host = await FunctionsHost.StartAsync([typeof(Target)], app =>
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
            [typeof(Target)],
            app => app.UseMiddleware((context, _) =>
            {
                context.GetInvocationResult().Value = Results.StatusCode(418);
                return Task.CompletedTask;
            }));
        Assert.Equal((HttpStatusCode)418, (await host.Http.GetAsync("/api/first")).StatusCode);
    }

    [Fact]
    public async Task Middleware_can_turn_an_exception_into_an_answer_of_its_own()
    {
        await using var host = await FunctionsHost.StartAsync(
            [typeof(Target)],
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

    private static void Note(FunctionContext context, string what) =>
        context.Items["notes"] = context.Items.TryGetValue("notes", out var before) ? $"{before} {what}" : what;

    internal sealed class Outer : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            Note(context, "outer-in");
            await next(context);
            Note(context, "outer-out");
            context.GetInvocationResult().Value = context.Items["notes"];
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

    public static class Target
    {
        [Function("First")]
        public static void First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "first")] HttpRequest request, FunctionContext context) =>
            Note(context, "first");

        [Function("Second")]
        public static void Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second")] HttpRequest request, FunctionContext context) =>
            Note(context, "second");

        [Function("Broken")]
        public static void Broken([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "broken")] HttpRequest request) =>
            throw new InvalidOperationException("out of order");
    }
}
