using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Which orders are started again, and which are left alone.</summary>
public sealed class OrderSweeperTests(TestStore store) : SweeperCalls(store)
{
    [Theory]
    [InlineData(null, true)]
    [InlineData(OrchestrationRuntimeStatus.Running, false)]
    [InlineData(OrchestrationRuntimeStatus.Pending, false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false)]
    [InlineData(OrchestrationRuntimeStatus.Failed, true)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, true)]
    public async Task A_pending_order_that_nobody_works_on_is_started(OrchestrationRuntimeStatus? found, bool starts)
    {
        var order = await AcceptAsync();
        var later = new OrderFixture(Store, Store.App);
        if (found is { } status)
            later.Durable.Set(order.Id, status);
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.Equal(starts, later.Durable.Started.Contains((PlaceOrderOrchestrator.Name, order.Id)));
    }

    [Fact]
    public async Task Young_and_decided_orders_are_left_alone()
    {
        var young = await AcceptAsync();
        await SweepAsync(Fixture, olderThanSeconds: 600);
        var decided = await Fixture.RunAsync(await AcceptAsync());
        var later = new OrderFixture(Store, Store.App);
        await SweepAsync(later, olderThanSeconds: 600);
        Assert.False(IsStarted(later, young.Id));
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.True(IsStarted(later, young.Id));
        Assert.False(IsStarted(later, decided.Id));
    }

    [Fact]
    public async Task What_was_done_is_logged_and_the_caller_is_told_whether_anything_had_to_be()
    {
        var (order, helpless) = (await AcceptAsync(), await AcceptAsync());
        var later = new OrderFixture(Store, Store.NewProcess());
        later.Durable.FaultFor(helpless.Id, new InvalidOperationException("its partition is away"));
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        var lines = Log.Collector.GetSnapshot().Select(static record => (record.Level, record.Message)).ToList();
        Assert.Contains(
            (LogLevel.Warning, $"Order {order.Id}, pending since {order.CreatedAt:O}, had no orchestration; started it again"), lines);
        Assert.Contains((LogLevel.Warning, $"Order {helpless.Id} could not be restarted; it will be tried again"), lines);

        var orchestrations = later.Get<OrderOrchestrations>();
        Assert.False(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        later.Durable.Forget(order.Id);
        Assert.True(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        var paid = await Fixture.RunAsync(order);
        later.Durable.Forget(order.Id);
        Assert.False(await orchestrations.RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        Assert.True(await orchestrations.RestartCancellationIfDeadAsync(later.Durable, OpenOrder.Of(paid)));
    }

    [Fact]
    public async Task Beside_what_never_ends_no_second_one_is_started_twice()
    {
        var order = await AcceptAsync();
        var process = Store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(11)));
        var later = new OrderFixture(Store, process);
        later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        Assert.True(await later.Get<OrderOrchestrations>().RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
        Assert.False(await later.Get<OrderOrchestrations>().RestartIfDeadAsync(later.Durable, OpenOrder.Of(order)));
    }

    [Fact]
    public async Task One_that_cannot_be_helped_does_not_stand_in_the_way_of_the_others()
    {
        var (one, other) = (await AcceptAsync(), await AcceptAsync());
        var later = new OrderFixture(Store, Store.App);
        later.Durable.FaultFor(one.Id, new InvalidOperationException("its partition is away"));
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.True(IsStarted(later, other.Id));
        Assert.False(IsStarted(later, one.Id));
    }

    [Fact]
    public async Task Beside_an_orchestration_that_never_ends_another_one_is_started_after_ten_minutes_and_then_ever_more_seldom()
    {
        var order = await AcceptAsync();
        var later = new OrderFixture(Store, Store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(9))));
        later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        await SweepAsync(later, olderThanSeconds: 1);
        Assert.DoesNotContain(later.Durable.Started, started => started.Id.StartsWith(order.Id, StringComparison.Ordinal));

        foreach (var (minutes, number) in new[] { (10, 1), (19, 1), (21, 2), (39, 2), (41, 3), (79, 3) })
        {
            later = new OrderFixture(Store, Store.NewProcess(time: new FakeTimeProvider(order.CreatedAt.AddMinutes(minutes))));
            later.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
            await SweepAsync(later, olderThanSeconds: 1);
            await SweepAsync(later, olderThanSeconds: 1);
            Assert.Equal([$"{order.Id}-{number}"],
                later.Durable.Started.Select(static started => started.Id).Where(id => id.StartsWith(order.Id, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task A_cancellation_that_was_asked_for_is_carried_out_also_when_its_hub_knows_nothing_of_it(
        OrchestrationRuntimeStatus? found)
    {
        var paid = await CancelAndDieAsync();
        var id = OrderOrchestrations.CancellationId(paid.Id);
        var later = new OrderFixture(Store, Store.App);
        if (found is { } status)
            later.Durable.Set(id, status, OrderWork.Of(paid));

        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.Contains((CancelOrderOrchestrator.Name, id), later.Durable.Started);
        Assert.Contains($"The cancellation of order {paid.Id} had died; started it again",
            Log.Collector.GetSnapshot().Select(static record => record.Message));

        await later.Steps.RefundOrder(OrderWork.Of(paid));
        await later.Steps.CompleteCancellation(OrderWork.Of(paid));
        await AssertLeftAloneAsync(id);
    }

    [Fact]
    public async Task A_cancellation_that_was_refused_is_not_tried_again()
    {
        var (product, user) = (await Fixture.AddProductAsync(1_000, 5), await Fixture.AddRichUserAsync());
        var paid = await Fixture.RunAsync(await Fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        await Fixture.ChargeAsync(user, 1_000);
        await Fixture.Get<OrderCancellation>().CancelAsync(Fixture.Durable, user, paid.Id, "cancel", TimeSpan.Zero);

        Assert.NotNull(await Fixture.Steps.RefundOrder(OrderWork.Of(paid)));

        await AssertLeftAloneAsync(OrderOrchestrations.CancellationId(paid.Id));
    }

    private async Task AssertLeftAloneAsync(string instanceId)
    {
        var later = new OrderFixture(Store, Store.App);
        await SweepAsync(later, olderThanSeconds: 0.000_001);
        Assert.False(IsStarted(later, instanceId));
    }

    /// <summary>A paid order whose cancellation was recorded, and nothing more.</summary>
    private async Task<Order> CancelAndDieAsync()
    {
        var paid = await Fixture.RunAsync(await AcceptAsync());
        Fixture.Durable.StartFault = new InvalidOperationException("dead");
        var answer = await Fixture.Get<OrderCancellation>().CancelAsync(
            Fixture.Durable, paid.UserId, paid.Id, "cancel", TimeSpan.FromSeconds(1));
        Assert.Equal(OrderStatus.Paid, answer.Value!.Status);
        return paid;
    }
}
