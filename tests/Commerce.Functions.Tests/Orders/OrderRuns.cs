using Commerce.Functions.Tests.Durable;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Tests.Orders;

/// <summary>A step that is at fault: before it has run, or after, and how often.</summary>
internal sealed record StepFault(string Step, bool HasRun, int Times)
{
    /// <summary>No fault, and faults of some steps: before they have run, again and again, and after.</summary>
    public static IEnumerable<StepFault> Of(params string[] steps) =>
        [new("", false, 0), .. steps.SelectMany(static step => new StepFault[] { new(step, false, 2), new(step, true, 1) })];

    /// <summary>The steps of an order in a process of the app, with this fault.</summary>
    public Steps In(OrderFixture process)
    {
        var left = Times;
        return new((name, input) => TaskHub.CallAsync(process.Steps, name, input))
        {
            Fail = (name, hasRun) =>
            {
                if ((name, hasRun) == (Step, HasRun) && left-- > 0)
                    throw new IOException($"{name} failed, {left} more to come");
            },
        };
    }
}

internal static class OrderRuns
{
    /// <summary>Runs an orchestration of an order to its end.</summary>
    public static async Task RunAsync(this TaskHub hub, string orchestrator, Order order, string instanceId, Steps steps)
    {
        hub.Serve(instanceId, steps.CallAsync);
        var ended = await hub.RunAsync(orchestrator, OrderWork.Of(order), instanceId);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
    }
}
