using System.Collections.Concurrent;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests;

/// <summary>
/// Orchestrations of each kind that apps are made of, with activities whose effects are idempotent as an app's have to be.
/// </summary>
internal sealed class Representative
{
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromMinutes(1), 2));

    private static readonly SubOrchestrationOptions RetriedChild = new(Retried, "frail");

    /// <summary>Orchestrator, input, and events raised before it runs.</summary>
    public static readonly IReadOnlyDictionary<string, (object? Input, string[] Events)> All =
        new Dictionary<string, (object?, string[])>
        {
            ["Chain"] = (5, []),
            ["FanOut"] = (7, []),
            ["Flaky"] = (2, []),
            ["Approval"] = ("order-1", ["approved"]),
            ["Timeout"] = ("order-2", []),
            ["Saga"] = (true, []),
            ["Parent"] = (3, []),
            ["Counter"] = (0, ["tick", "tick", "tick", "tick"]),
            ["Stubborn"] = (2, []),
            ["Echo"] = ("hello", []),
            ["Forgetful"] = (null, []),
        };

    private readonly ConcurrentDictionary<string, int> _effects;
    private readonly ConcurrentDictionary<string, int> _attempts = new();

    public Representative(IEnumerable<KeyValuePair<string, int>>? effects = null)
    {
        _effects = new ConcurrentDictionary<string, int>(effects ?? []);
        Functions = new TestFunctions()
            .Orchestrator<int, int>("Chain", ChainAsync)
            .Orchestrator<int, int>("FanOut", FanOutAsync)
            .Orchestrator("Flaky", (TaskOrchestrationContext context, int input) =>
                context.CallActivityAsync<int>("Flaky", input, Retried))
            .Orchestrator("Approval", AwaitApprovalAsync)
            .Orchestrator("Timeout", AwaitApprovalAsync)
            .Orchestrator("Saga", SagaAsync)
            .Orchestrator<int, int>("Parent", ParentAsync)
            .Orchestrator("Child", (TaskOrchestrationContext context, int input) =>
                context.CallActivityAsync<int>("Effect", 100 + input))
            .Orchestrator<int, int>("Counter", CountAsync)
            .Orchestrator("Stubborn", (TaskOrchestrationContext context, int input) =>
                context.CallSubOrchestratorAsync<int>("Frail", input, RetriedChild))
            .Orchestrator("Frail", (TaskOrchestrationContext context, int input) => context.CallActivityAsync<int>("Flaky", input))
            .Orchestrator<string, string>("Echo", EchoAsync)
            .Orchestrator("Forgetful", ForgetAsync)
            .Activity<int, int>("Effect", i => Apply($"effect {i}", i))
            .Activity<string, string>("Named", name => Apply(name, name))
            .Activity<int, int>("Flaky", failures => _attempts.AddOrUpdate("flaky", 1, (_, n) => n + 1) <= failures
                ? throw new IOException("not now")
                : Apply("flaky", failures))
            .Activity<object?, int>("Refuse", _ => throw new InvalidOperationException("refused"));
    }

    public TestFunctions Functions { get; }

    /// <summary>What the activities did to the world: each key once, with how often it was attempted in vain to do it again.</summary>
    public IReadOnlyCollection<string> Effects => [.. _effects.Keys.Order(StringComparer.Ordinal)];

    public IReadOnlyList<KeyValuePair<string, int>> EffectsNow => [.. _effects];

    private T Apply<T>(string effect, T result)
    {
        _effects.AddOrUpdate(effect, 1, (_, runs) => runs + 1);
        return result;
    }

    private static async Task<int> ChainAsync(TaskOrchestrationContext context, int length)
    {
        var sum = 0;
        for (var i = 0; i < length; i++)
        {
            sum += await context.CallActivityAsync<int>("Effect", i);
            context.SetCustomStatus($"{i + 1} done");
        }
        return sum;
    }

    private static async Task<int> FanOutAsync(TaskOrchestrationContext context, int width) => (await Task.WhenAll(
        Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("Effect", i)))).Sum();

    private static async Task<string> AwaitApprovalAsync(TaskOrchestrationContext context)
    {
        using var stop = new CancellationTokenSource();
        var timer = context.CreateTimer(TimeSpan.FromDays(2), stop.Token);
        var approval = context.WaitForExternalEvent<string>("approved");
        var winner = await Task.WhenAny(timer, approval);
        stop.Cancel();
        return await context.CallActivityAsync<string>("Named", winner == approval ? "approved" : "expired");
    }

    private static async Task<string> SagaAsync(TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<string>("Named", "reserve");
        try
        {
            await context.CallActivityAsync("Refuse");
            return "paid";
        }
        catch (TaskFailedException failed) when (failed.FailureDetails.IsCausedBy<InvalidOperationException>())
        {
            await context.CallActivityAsync<string>("Named", "release");
            return failed.FailureDetails.ErrorMessage;
        }
    }

    private static async Task<int> ParentAsync(TaskOrchestrationContext context, int children) => (await Task.WhenAll(
        Enumerable.Range(0, children).Select(i => context.CallSubOrchestratorAsync<int>(
            "Child", i, new SubOrchestrationOptions(instanceId: $"child-{i}"))))).Sum();

    /// <summary>
    /// Sends events. Addressees are compared in a replay, so a recorded history holds the algorithm of GUIDs to its results.
    /// </summary>
    private static async Task<string> EchoAsync(TaskOrchestrationContext context, string word)
    {
        context.SendEvent(context.NewGuid().ToString(), "lost", 1);
        context.SendEvent(context.InstanceId, "echo", word);
        var heard = await context.WaitForExternalEvent<string>("ECHO");
        context.SendEvent(context.NewGuid().ToString(), "lost", 2);
        return await context.CallActivityAsync<string>("Named", heard);
    }

    /// <summary>Returns while an activity and a timer are open.</summary>
    private static async Task<int> ForgetAsync(TaskOrchestrationContext context)
    {
        _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
        _ = context.CallActivityAsync<int>("Effect", 1);
        return await context.CallActivityAsync<int>("Effect", 2);
    }

    private static async Task<int> CountAsync(TaskOrchestrationContext context, int count)
    {
        await context.WaitForExternalEvent<string>("tick");
        await context.CallActivityAsync<string>("Named", $"tick {count}");
        if (count < 3)
            context.ContinueAsNew(count + 1);
        return count;
    }
}
