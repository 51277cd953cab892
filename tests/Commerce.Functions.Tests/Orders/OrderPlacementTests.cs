using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Grpc.Core;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Tests.Orders;

/// <summary>The gate, and what happens between it and the orchestration.</summary>
public sealed class OrderPlacementTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly RpcException Away = new(new Status(StatusCode.Unavailable, "The task hub is away."));

    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task An_accepted_order_is_started_once_under_its_own_id()
    {
        var order = await AcceptAsync();
        Assert.Equal([(PlaceOrderOrchestrator.Name, order.Id)], _fixture.Durable.Started);
    }

    [Fact]
    public async Task A_start_that_fails_leaves_an_order_that_stands_and_that_the_repeat_starts()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        _fixture.Durable.StartFault = Away;
        // At once: there is nothing to wait for.
        var placed = await _fixture.PlaceAsync(new OrderRequest(user, "k", [new OrderItem(product, 1)], null), TimeSpan.FromHours(1));
        Assert.Equal(OrderStatus.Pending, placed.Value!.Status);
        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.FindAsync(user, placed.Value.Id))!.Status);
        _fixture.Durable.StartFault = null;

        // Another process: nothing of the first attempt is in its memory.
        var there = new OrderFixture(store, store.NewProcess());
        var order = await there.AcceptAsync(user, "k", new OrderItem(product, 1));
        Assert.Equal([(PlaceOrderOrchestrator.Name, order.Id)], there.Durable.Started);
    }

    /// <summary>The first attempt and the looks while a cancellation is waited for.</summary>
    [Fact]
    public async Task A_cancellation_that_cannot_be_started_stands_and_the_sweeper_will_start_it()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        _fixture.Durable.StartFault = Away;
        var answer = await _fixture.Get<OrderCancellation>().CancelAsync(_fixture.Durable, user, paid.Id, "c", TimeSpan.FromHours(1));
        Assert.Equal(OrderStatus.Paid, answer.Value!.Status);
        Assert.NotNull((await _fixture.Orders.FindAsync(user, paid.Id))!.CancelRequestedAt);
    }

    [Fact]
    public async Task Who_polls_for_a_refusal_is_not_told_of_a_hub_that_is_away()
    {
        _fixture.Durable.Looking = (_, _) => Task.FromException(Away);
        Assert.Null(await OrderOrchestrations.PollRefusalAsync(_fixture.Durable, "o-1"));
    }

    [Fact]
    public async Task A_repeat_elsewhere_does_not_start_what_runs()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        var there = new OrderFixture(store, store.NewProcess());
        there.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        await there.AcceptAsync(user, "k", new OrderItem(product, 1));
        Assert.Empty(there.Durable.Started);
    }

    [Fact]
    public async Task A_backend_that_refuses_a_second_start_is_understood()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        _fixture.Durable.Set(OperationId.Order(user, "k"), OrchestrationRuntimeStatus.Running);
        _fixture.Durable.StartFault = new InvalidOperationException("An instance with this id is running already.");
        Assert.Equal(OrderStatus.Pending, (await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1))).Status);
    }

    [Fact]
    public async Task A_refused_request_creates_nothing()
    {
        var user = await _fixture.AddUserAsync(100);
        var answer = await _fixture.PlaceAsync(new OrderRequest(user, "k", [new OrderItem("no-such-product", 1)], null));
        Assert.Equal(ErrorCode.Validation, answer.Failure!.Code);
        Assert.Null(await _fixture.Placement.FindAsync(user, "k"));
        Assert.Empty(_fixture.Durable.Started);
    }

    [Fact]
    public async Task A_repeat_is_answered_with_its_order_even_if_it_would_be_refused_today()
    {
        var user = await _fixture.AddUserAsync(100);
        var products = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _fixture.AddProductAsync(0, 10)));
        OrderItem[] items = [.. products.Select(product => new OrderItem(product, Limits.QuantityMax))];
        var order = await _fixture.AcceptAsync(user, "k", items);
        // Now it would cost more than any balance can hold.
        await Task.WhenAll(products.Select(product => _fixture.PriceAsync(product, Limits.PriceMax)));
        var there = new OrderFixture(store, store.NewProcess());
        there.Durable.Set(order.Id, OrchestrationRuntimeStatus.Running);
        Assert.Equal(order.Id, (await there.AcceptAsync(user, "k", items)).Id);
        Assert.Empty(there.Durable.Started);
        var other = await there.PlaceAsync(new OrderRequest(user, "other", items, null));
        Assert.Equal(ErrorCode.Validation, other.Failure!.Code);
    }

    [Fact]
    public async Task Who_waits_for_a_cancellation_learns_that_the_refund_was_refused()
    {
        var (product, user) = (await _fixture.AddProductAsync(1_000, 5), await _fixture.AddRichUserAsync());
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        await _fixture.ChargeAsync(user, 1_000);

        var waiting = _fixture.Get<OrderCancellation>().CancelAsync(_fixture.Durable, user, paid.Id, "cancel", TimeSpan.FromMinutes(1));
        var cancellation = (CancelOrderOrchestrator.Name, OrderOrchestrations.CancellationId(paid.Id));
        await Eventually.HoldsAsync(() => _fixture.Durable.Started.Contains(cancellation));
        await _fixture.Steps.RefundOrder(OrderWork.Of(paid));

        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await waiting).Failure!.Code);
        Assert.Equal(OrderStatus.Paid, (await _fixture.Orders.FindAsync(user, paid.Id))!.Status);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Failed, "System.IO.IOException: no disk")] // No JSON.
    [InlineData(OrchestrationRuntimeStatus.Terminated, "\"by an operator\"")]
    public async Task A_cancellation_that_failed_or_was_terminated_is_not_taken_for_a_refusal(OrchestrationRuntimeStatus status,
        string output)
    {
        var orderId = Guid.NewGuid().ToString("N");
        _fixture.Durable.Set(OrderOrchestrations.CancellationId(orderId), status, output: output);
        Assert.Null(await OrderOrchestrations.PollRefusalAsync(_fixture.Durable, orderId));
    }

    private async Task<Order> AcceptAsync()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        return await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
    }
}
