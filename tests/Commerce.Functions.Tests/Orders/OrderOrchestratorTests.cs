using System.Text.Json;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Tests.Orders;

/// <summary>
/// The orchestrators of orders on a genuine worker: which step follows which, whatever the steps answer and however they fail.
/// </summary>
public sealed class OrderOrchestratorTests(TaskHub hub) : IClassFixture<TaskHub>
{
    private const string Fulfil = nameof(OrderActivities.FulfilOrder);
    private const string Reject = nameof(OrderActivities.RejectOrder);
    private const string Refund = nameof(OrderActivities.RefundOrder);
    private const string Complete = nameof(OrderActivities.CompleteCancellation);
    private const string Fails = Steps.Fails;
    private const string Purge = nameof(PurgeActivities.PurgeSome);

    private static readonly Failure Refusal = new(ErrorCode.BalanceLimitExceeded, "Too much.") { Requested = 7, Available = 3 };

    private static readonly OrderWork Work = new("o-1", "u-1", [new SoldLine("p-1", 2, 1_000), new SoldLine("p-2", 1, Limits.PriceMax)])
    {
        Revision = 3,
        IsPriceBound = true,
        PaidAt = new(2026, 3, 2, 9, 0, 0, 123, TimeSpan.Zero),
    };

    /// <summary>What the steps answer, and which of them are called then; what fails is called once more.</summary>
    public static TheoryData<string, object?[], object?[], string[]> Placements => new()
    {
        { "paid", ["the event"], [], [Fulfil] },
        { "refused", [null], [true], [Fulfil, Reject] },
        { "paid at the second try", [Fails, "the event"], [], [Fulfil, Fulfil] },
        { "paid at the third try", [Fails, Fails, "the event"], [], [Fulfil, Fulfil, Fulfil] },
        { "refused at the second try", [Fails, null], [true], [Fulfil, Fulfil, Reject] },
        { "rejected at the second try", [null], [Fails, true], [Fulfil, Reject, Reject] },
        { "each at the second try", [Fails, null], [Fails, true], [Fulfil, Fulfil, Reject, Reject] },
        { "said to have been decided already", [null], [false], [Fulfil, Reject] },
    };

    [Fact]
    public async Task An_orchestration_without_an_input_is_a_bug()
    {
        var place = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            PlaceOrderOrchestrator.RunAsync(new OrchestrationRun(PlaceOrderOrchestrator.Name, null, this)));
        Assert.Equal("An order has no input.", place.Message);
        var cancel = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            CancelOrderOrchestrator.RunAsync(new OrchestrationRun(CancelOrderOrchestrator.Name, null, this)));
        Assert.Equal("A cancellation has no input.", cancel.Message);
    }

    [Theory]
    [MemberData(nameof(Placements))]
    public async Task An_order_is_fulfilled_or_rejected(string what, object?[] fulfil, object?[] reject, string[] called)
    {
        var steps = Steps.That((Fulfil, fulfil), (Reject, reject));
        var ended = await RunAsync(PlaceOrderOrchestrator.Name, Work, steps);
        Assert.True(ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{what}: {ended}");
        Assert.Equal(called, steps.Names);
        Assert.All(steps.Calls, call => Assert.Equal(Json(Work), Json(call.Input)));
    }

    public static TheoryData<string, object?[], object?[], string[], bool> Cancellations => new()
    {
        { "cancelled", [null], ["the event"], [Refund, Complete], false },
        { "refused", [Refusal], [], [Refund], true },
        { "refunded at the second try", [Fails, null], ["the event"], [Refund, Refund, Complete], false },
        { "refused at the second try", [Fails, Refusal], [], [Refund, Refund], true },
        { "completed at the second try", [null], [Fails, "the event"], [Refund, Complete, Complete], false },
        { "completed at the third try", [null], [Fails, Fails, "the event"], [Refund, Complete, Complete, Complete], false },
    };

    [Theory]
    [MemberData(nameof(Cancellations))]
    public async Task A_cancellation_gives_the_money_back_and_then_the_stock_or_ends_with_why_not(
        string what, object?[] refund, object?[] complete, string[] called, bool isRefused)
    {
        var steps = Steps.That((Refund, refund), (Complete, complete));
        var orderId = Guid.NewGuid().ToString("N");
        var ended = await RunAsync(CancelOrderOrchestrator.Name, Work, steps, OrderOrchestrations.CancellationId(orderId));
        Assert.True(ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{what}: {ended}");
        Assert.Equal(called, steps.Names);
        Assert.All(steps.Calls, call => Assert.Equal(Json(Work), Json(call.Input)));
        // Who waits on another instance learns of it by the output.
        Assert.Equal(isRefused ? Refusal : null, await OrderOrchestrations.PollRefusalAsync(hub.Client, orderId));
    }

    [Fact]
    public async Task Of_a_cancellation_that_runs_or_was_never_asked_for_no_refusal_is_known()
    {
        var (orderId, refunding) = (Guid.NewGuid().ToString("N"), new TaskCompletionSource<object?>());
        var id = OrderOrchestrations.CancellationId(orderId);
        Assert.Null(await OrderOrchestrations.PollRefusalAsync(hub.Client, orderId));
        hub.Serve(id, (_, _) => refunding.Task);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(CancelOrderOrchestrator.Name, Work, new StartOrchestrationOptions(id));
        Assert.Null(await OrderOrchestrations.PollRefusalAsync(hub.Client, orderId));
        refunding.SetResult(Refusal);
        await hub.EndAsync(id);
        Assert.Equal(Refusal, await OrderOrchestrations.PollRefusalAsync(hub.Client, orderId));
    }

    /// <summary>Nothing can be done for nobody's order: it fails at once, and no step is tried without end.</summary>
    [Theory]
    [InlineData(PlaceOrderOrchestrator.Name)]
    [InlineData(CancelOrderOrchestrator.Name)]
    public async Task Without_an_order_an_orchestration_fails_and_no_step_is_taken(string orchestrator)
    {
        var steps = Steps.That();
        var ended = await RunAsync(orchestrator, null, steps);
        Assert.Equal(
            (OrchestrationRuntimeStatus.Failed, typeof(InvalidOperationException).FullName),
            (ended.RuntimeStatus, ended.FailureDetails?.ErrorType));
        Assert.Empty(steps.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task A_purge_goes_on_step_by_step_until_nothing_is_left(int stepCount)
    {
        var steps = Steps.That((Purge, [.. Enumerable.Range(1, stepCount).Select(n => (object)(n == stepCount))]));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await RunAsync(PurgeOrchestrator.Name, null, steps)).RuntimeStatus);
        Assert.Equal(stepCount, steps.Calls.Count);
    }

    /// <summary>The timer starts another one in an hour: what goes wrong is to be seen, and not tried for ever.</summary>
    [Fact]
    public async Task A_purge_that_fails_is_seen_to_fail()
    {
        var steps = Steps.That((Purge, [Fails]));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await RunAsync(PurgeOrchestrator.Name, null, steps)).RuntimeStatus);
        Assert.Single(steps.Calls);
    }

    private static string Json(object? value) => JsonSerializer.Serialize(value);

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input, Steps steps, string? instanceId = null)
    {
        var id = instanceId ?? Guid.NewGuid().ToString("N");
        hub.Serve(id, steps.CallAsync);
        return await hub.RunAsync(orchestrator, input, id);
    }
}
