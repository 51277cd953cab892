using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Functions;

public class DurableFunctionTests
{
    [Fact]
    public async Task An_orchestration_runs_from_an_http_function_through_activities_to_its_output()
    {
        await using var host = await StartAsync();
        Assert.Equal("""{"total":7,"by":"Add"}""", await host.Http.GetStringAsync("/api/sum/3/4"));
    }

    [Fact]
    public async Task What_an_activity_returns_through_an_output_is_sent_and_returned()
    {
        await using var host = await StartAsync();
        await host.Http.GetStringAsync("/api/sum/1/2");
        await Eventually.HoldsAsync(() => !host.Services.GetRequiredService<Announced>().IsEmpty);
        Assert.Equal("sum 3", host.Services.GetRequiredService<Announced>().Single());
    }

    [Fact]
    public async Task Middleware_runs_around_activities_but_not_around_orchestrators()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await StartAsync(app => app.UseMiddleware((context, next) =>
        {
            seen.Enqueue(context.FunctionDefinition.Name);
            return next();
        }));
        await host.Http.GetStringAsync("/api/sum/1/2");
        Assert.Equal(["StartSum", "Add", "Announce"], seen.Take(3));
        Assert.DoesNotContain("Sum", seen);
    }

    [Fact]
    public async Task A_failing_activity_reaches_the_orchestrator_with_type_and_message()
    {
        await using var host = await StartAsync();
        Assert.Equal("System.OverflowException: too much", await host.Http.GetStringAsync("/api/fail"));
    }

    private static Task<FunctionsHost> StartAsync(Action<IFunctionsWorkerApplicationBuilder>? configure = null) => FunctionsHost.StartAsync(
        [typeof(Sums)],
        app =>
        {
            app.Services.AddSingleton<Announced>();
            configure?.Invoke(app);
        });

    public sealed record Pair(int Left, int Right);

    public sealed record Total(int Value, string By);

    public sealed class Announced : ConcurrentQueue<string>;

    public class Sums(Announced announced)
    {
        [Function("StartSum")]
        public static async Task<IResult> Start(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "sum/{left:int}/{right:int}")] HttpRequest request,
            [DurableClient] DurableTaskClient client, int left, int right, CancellationToken ct)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Sum", new Pair(left, right), null, ct);
            var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, ct);
            var total = done.ReadOutputAs<Total>()!;
            return Results.Json(new { total = total.Value, by = total.By });
        }

        [Function("StartFailing")]
        public static async Task<string> StartFailing(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail")] HttpRequest request, [DurableClient] DurableTaskClient client)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Failing");
            var done = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
            return done.ReadOutputAs<string>()!;
        }

        [Function("Sum")]
        public static async Task<Total> Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context, FunctionContext run)
        {
            var total = await context.CallActivityAsync<Total>("Add", context.GetInput<Pair>());
            await context.CallActivityAsync("Announce", total.Value);
            return total;
        }

        [Function("Add")]
        public static Task<Total> Add([ActivityTrigger] Pair pair, FunctionContext run) =>
            Task.FromResult(new Total(pair.Left + pair.Right, run.FunctionDefinition.Name));

        [Function("Announce")]
        [ServiceBusOutput("sums")]
        public static string Announce([ActivityTrigger] int total, string instanceId) =>
            string.IsNullOrEmpty(instanceId) ? throw new InvalidOperationException("no instance") : $"sum {total}";

        [Function("Hear")]
        public void Hear([ServiceBusTrigger("sums")] string message) => announced.Enqueue(message);

        [Function("Failing")]
        public static async Task<string> OrchestrateFailure([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            try
            {
                return await context.CallActivityAsync<string>("Explode");
            }
            catch (TaskFailedException failed)
            {
                return $"{failed.FailureDetails.ErrorType}: {failed.FailureDetails.ErrorMessage}";
            }
        }

        [Function("Explode")]
        public static string Explode([ActivityTrigger] JsonElement? nothing) => throw new OverflowException("too much");
    }
}
