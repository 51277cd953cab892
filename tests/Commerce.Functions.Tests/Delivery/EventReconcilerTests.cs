using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>Events that nobody sent, or that were lost with the queue.</summary>
public sealed class EventReconcilerTests : IAsyncLifetime
{
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(DeliveryFixture.Options.LostAfterSeconds + 1);

    private DeliveryFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await DeliveryFixture.CreateAsync();

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_payment_without_a_delivery_is_found_once_it_is_old_enough()
    {
        var order = await _fixture.PayAsync("o-1");
        Assert.Equal(0, await ReconcileAsync());
        Assert.Null(await _fixture.Store.FindAsync("o-1.paid", Stop));

        _fixture.Time.Shift(Old);
        Assert.Equal(1, await ReconcileAsync());
        var delivery = await _fixture.FindAsync("o-1");
        Assert.Equal((DeliveryState.Waiting, order.PaidAt), (delivery.State, delivery.OccurredAt));

        await _fixture.DrainAllAsync();
        Assert.True(_fixture.Platform.Accepted.ContainsKey("o-1.paid"));
        Assert.Equal(0, await ReconcileAsync());
    }

    [Fact]
    public async Task What_is_delivered_parked_or_waiting_stays_as_it_is()
    {
        foreach (var (id, status) in new[] { ("o-1", 200), ("o-2", 400), ("o-3", 503) })
        {
            _fixture.Platform.AnswerWith(status);
            await _fixture.PayAsync(id);
            await _fixture.Dispatcher.DispatchAsync(
                OrderEventMessage.Parse(OrderEvents.Paid(DeliveryFixture.OrderOf(id, _fixture.Time.GetUtcNow()))), Stop);
        }
        _fixture.Time.Shift(Old);

        Assert.Equal(0, await ReconcileAsync());

        Assert.Equal(DeliveryState.Delivered, (await _fixture.FindAsync("o-1")).State);
        Assert.Equal(DeliveryState.Parked, (await _fixture.FindAsync("o-2")).State);
        Assert.Equal(DeliveryState.Waiting, (await _fixture.FindAsync("o-3")).State);
    }

    [Fact]
    public async Task A_cancellation_without_a_delivery_is_found_and_so_is_the_payment_before_it()
    {
        var order = await _fixture.PayAsync("o-1");
        await Accounts.ReplaceItemAsync(order with { Status = OrderStatus.Cancelled, CancelledAt = order.PaidAt }, order.Id);
        _fixture.Time.Shift(Old);

        Assert.Equal(2, await ReconcileAsync());

        Assert.NotNull(await _fixture.Store.FindAsync("o-1.cancelled", Stop));
        Assert.NotNull(await _fixture.Store.FindAsync("o-1.paid", Stop));
    }

    [Fact]
    public async Task A_run_that_was_broken_off_is_gone_on_with_where_it_ended_and_many_are_found_in_pieces()
    {
        await Parallel.ForAsync(0, 1_100, Parallelism, async (i, _) => await _fixture.PayAsync($"o-{i}"));
        _fixture.Time.Shift(Old);
        var broken = 0;
        _fixture.Database.Before = request =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith("/deliveries/docs", StringComparison.Ordinal) && ++broken > 300)
                throw new OperationCanceledException("The instance is stopped.");
        };
        await Assert.ThrowsAnyAsync<CosmosException>(ReconcileAsync);
        _fixture.Database.Before = null;

        await ReconcileAsync();

        await Parallel.ForAsync(0, 1_100, Parallelism, async (i, _) => Assert.NotNull(await _fixture.Store.FindAsync($"o-{i}.paid", Stop)));
    }

    [Fact]
    public async Task A_run_whose_time_is_up_says_how_far_it_is_and_tells_of_each_event_that_was_lost()
    {
        await Parallel.ForAsync(0, 501, Parallelism, async (i, _) => await _fixture.PayAsync($"o-{i}"));
        _fixture.Time.Shift(Old);
        var isFirst = true;
        _fixture.Database.Before = request =>
        {
            if (isFirst && request.RequestUri!.AbsolutePath.EndsWith("/deliveries/docs", StringComparison.Ordinal))
            {
                isFirst = false;
                _fixture.Time.Shift(TimeSpan.FromMinutes(4));
            }
        };

        Assert.Equal(500, await ReconcileAsync());
        Assert.NotNull(await new ReconciliationStore(_fixture.Database.Database).FindCheckpointAsync(Stop));
        Assert.Equal(500, _fixture.Logged("was neither delivered nor waiting; it waits now").Count());
        Assert.Equal(1, await ReconcileAsync());
    }

    [Fact]
    public async Task What_was_compared_is_not_compared_again()
    {
        await _fixture.PayAsync("o-1");
        _fixture.Time.Shift(Old);
        Assert.Equal(1, await ReconcileAsync());
        await _fixture.Database.Database[CommerceDatabase.Deliveries].DeleteItemAsync<object>(
            "o-1.paid", new PartitionKey(EventDelivery.ShardOfEvent("o-1.paid")), cancellationToken: Stop);

        Assert.Equal(0, await ReconcileAsync());
    }

    /// <summary>A delivered event is forgotten after three days: whether an older one was delivered nobody can tell.</summary>
    [Fact]
    public async Task The_first_run_looks_back_as_far_as_deliveries_are_remembered()
    {
        await _fixture.PayAsync("o-old");
        _fixture.Time.Shift(TimeSpan.FromHours(2));
        await _fixture.PayAsync("o-1");
        _fixture.Time.Shift(EventDelivery.DeliveredLifetime - TimeSpan.FromHours(2));

        Assert.Equal(1, await ReconcileAsync());

        Assert.NotNull(await _fixture.Store.FindAsync("o-1.paid", Stop));
    }

    [Fact]
    public async Task Two_that_run_at_once_record_each_event_once_and_the_checkpoint_never_goes_back()
    {
        for (var i = 0; i < 50; i++)
            await _fixture.PayAsync($"o-{i}");
        _fixture.Time.Shift(Old);

        var recorded = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReconcileAsync()));

        Assert.Equal(50, recorded.Sum());
        Assert.Equal(0, await ReconcileAsync());
    }

    [Fact]
    public async Task A_message_that_comes_after_its_event_was_found_in_the_books_is_not_sent_again()
    {
        var order = await _fixture.PayAsync("o-1");
        _fixture.Time.Shift(Old);
        await ReconcileAsync();
        await _fixture.DrainAllAsync();

        Assert.Equal(DeliveryState.Delivered,
            await _fixture.Dispatcher.DispatchAsync(OrderEventMessage.Parse(OrderEvents.Paid(order)), Stop));

        Assert.Single(_fixture.Platform.Received);
    }

    private Container Accounts => _fixture.Database.Database[CommerceDatabase.Accounts];

    /// <summary>The store syncs its file once for all that is written at a time.</summary>
    private static ParallelOptions Parallelism => new() { MaxDegreeOfParallelism = 32, CancellationToken = Stop };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<int> ReconcileAsync() => _fixture.Reconciler.RunAsync(Stop);
}
