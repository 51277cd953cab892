using System.Net;
using Commerce.Functions.Delivery;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Delivery;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>What has changed since it was read is not overwritten, and what was not written is not let go.</summary>
public class ChangedDeliveryTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delivery_that_has_changed_since_it_was_read_is_not_settled_and_the_others_of_its_page_are()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var (one, other) = await TwoOfAShardAsync(fixture);
        var delivered = Delivered(other, fixture.Time.GetUtcNow());
        Assert.True(await fixture.Store.TryReplaceAsync(delivered));
        var failure = new DeliveryAttempt(fixture.Time.GetUtcNow(), DeliveryVerdict.Failed, "late");

        Assert.False(await fixture.Store.SettleAsync(one.Shard, [one.After(failure), other.After(failure)]));

        Assert.Equal(1, (await fixture.FindAsync(one.OrderId)).FailureCount);
        Assert.Equal((DeliveryState.Delivered, 0), await StateAsync(fixture, other));
        Assert.False(await fixture.Store.TryReplaceAsync(other.Released(fixture.Time.GetUtcNow())));
        Assert.Equal((DeliveryState.Delivered, 0), await StateAsync(fixture, other));
    }

    /// <summary>Written before details were cut, each may hold much: a batch of them is more than the store takes.</summary>
    [Fact]
    public async Task Deliveries_that_are_too_much_for_one_batch_are_settled_one_by_one()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var (one, other) = await TwoOfAShardAsync(fixture);
        var failure = new DeliveryAttempt(fixture.Time.GetUtcNow(), DeliveryVerdict.Failed, "late");
        EventDelivery Large(EventDelivery delivery) => delivery.After(failure) with { Reason = new string('x', 1_100_000) };

        Assert.True(await fixture.Store.SettleAsync(one.Shard, [Large(one), Large(other)]));

        Assert.Equal(1, (await fixture.FindAsync(one.OrderId)).FailureCount);
        Assert.Equal(1, (await fixture.FindAsync(other.OrderId)).FailureCount);
    }

    [Fact]
    public async Task Of_many_events_those_are_missing_that_have_no_delivery()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.DispatchAsync("o-1");

        Assert.Equal(["o-2.paid"], await fixture.Store.FindMissingAsync(["o-1.paid", "o-2.paid"], Stop));
    }

    [Fact]
    public async Task A_delivery_that_is_there_is_not_created_again()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.DispatchAsync("o-1");
        var delivered = await fixture.FindAsync("o-1");
        var reference = new OrderEventRef(delivered.Id, delivered.EventType, "o-1", delivered.UserId, delivered.OccurredAt);

        Assert.False(await fixture.Store.TryCreateAsync(EventDelivery.Of(reference, fixture.Time.GetUtcNow())));

        Assert.Equal(delivered.ETag, (await fixture.FindAsync("o-1")).ETag);
    }

    [Fact]
    public async Task Of_two_who_order_something_at_a_time_both_are_heard()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var neighbour = fixture.Neighbour(fixture.Time);
        var until = fixture.Time.GetUtcNow();
        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        var attempts = 0;

        await fixture.Switch.ChangeAsync(
            control =>
            {
                if (++attempts == 1)
                    Wait(() => neighbour.Switch.ChangeAsync(other => other with { ReleaseParkedUntil = until }, Stop));
                return control with { IsPaused = true };
            },
            Stop);

        Assert.Equal(2, attempts);
        var control = await fixture.Switch.RefreshAsync(Stop);
        Assert.Equal((true, until), (control.IsPaused, control.ReleaseParkedUntil));
    }

    [Fact]
    public async Task A_parked_event_that_was_delivered_meanwhile_is_not_released()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var parked = await ParkAsync(fixture);
        await ReleaseAsync(fixture, fixture.Time.GetUtcNow());
        OnceBeforeABatch(fixture, () => fixture.Store.TryReplaceAsync(Delivered(parked, fixture.Time.GetUtcNow())));

        await fixture.Drain.RunAsync(Stop);

        Assert.Equal((DeliveryState.Delivered, 0), await StateAsync(fixture, parked));
        Assert.Single(fixture.Platform.Received);
    }

    [Fact]
    public async Task An_order_to_release_that_comes_while_another_is_carried_out_stands()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var neighbour = fixture.Neighbour(fixture.Time);
        await ParkAsync(fixture);
        await ReleaseAsync(fixture, fixture.Time.GetUtcNow());
        var later = fixture.Time.GetUtcNow().AddMinutes(1);
        OnceBeforeABatch(fixture, () => ReleaseAsync(neighbour, later));

        var report = await fixture.Drain.RunAsync(Stop);

        Assert.Equal(later, (await fixture.Switch.RefreshAsync(Stop)).ReleaseParkedUntil);
        Assert.NotNull(report.NextDueAt);
    }

    /// <summary>Were it taken for recorded, the message would be completed, and the event be nowhere.</summary>
    [Theory]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(HttpStatusCode.Conflict)]
    [InlineData(HttpStatusCode.PreconditionFailed)]
    public async Task Records_that_the_store_refuses_fail_the_dispatch(HttpStatusCode status)
    {
        await using var store = new TestStore();
        await store.InitializeAsync();
        using var refusing = new Refusing(status);
        var process = store.NewProcess(refusing, new SkippingTime());
        var order = DeliveryFixture.OrderOf("o-1", TimeProvider.System.GetUtcNow());
        var message = OrderEventMessage.Parse(OrderEvents.Paid(order));
        refusing.IsOn = true;

        var fault = await Assert.ThrowsAsync<CosmosException>(
            () => process.GetRequiredService<EventDispatcher>().DispatchAsync(message, Stop));

        Assert.Equal(status, fault.StatusCode);
        // Eight more times in a minute and a half: Service Bus itself would try again at once.
        Assert.Equal(9, refusing.Refused);
        refusing.IsOn = false;
        Assert.Null(await process.GetRequiredService<DeliveryStore>().FindAsync("o-1.paid", Stop));
    }

    [Fact]
    public async Task More_deliveries_than_can_wait_are_refused_and_not_taken_for_recorded()
    {
        await using var store = new TestStore();
        await store.InitializeAsync();
        var (arrived, opened) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var refusing = new Refusing(HttpStatusCode.RequestEntityTooLarge) { IsOn = true };
        refusing.Gate = () =>
        {
            arrived.TrySetResult();
            return opened.Task;
        };
        var deliveries = store.NewProcess(refusing).GetRequiredService<DeliveryStore>();
        var one = EventDelivery.Of(new("o-1.paid", OrderEvents.PaidType, "o-1", "u-1", DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch);
        List<Task> taken = [deliveries.RecordAsync(one)];
        await arrived.Task.WaitAsync(Stop);
        taken.AddRange(Enumerable.Range(0, 20_000).Select(_ => deliveries.RecordAsync(one)));

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => deliveries.RecordAsync(one));

        Assert.Equal("Too many deliveries are waiting to be recorded.", fault.Message);
        opened.SetResult();
        await Assert.ThrowsAsync<CosmosException>(() => Task.WhenAll(taken));
        Assert.DoesNotContain(taken, static one => one.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task More_parked_events_of_a_shard_than_a_batch_takes_are_all_released_and_no_later_one()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var until = fixture.Time.GetUtcNow();
        var ids = DeliveryFixture.OfOneShard(DeliveryStore.BatchMax + 2);
        static EventDelivery Parked(string id, DateTimeOffset at) =>
            EventDelivery.Of(new($"{id}.paid", OrderEvents.PaidType, id, "u-1", at), at).After(new(at, DeliveryVerdict.Rejected, "422"));
        await Task.WhenAll(ids[..^1].Select(id => fixture.Store.RecordAsync(Parked(id, until))));
        await fixture.Store.RecordAsync(Parked(ids[^1], until.AddTicks(1)));
        // Released also while nothing is sent, so that it is seen what was.
        await fixture.Switch.ChangeAsync(control => control with { IsPaused = true, ReleaseParkedUntil = until }, Stop);

        await fixture.Drain.RunAsync(Stop);

        Assert.Equal((DeliveryStore.BatchMax + 1, 1), (
            await fixture.Store.CountAsync(DeliveryState.Waiting, Stop), await fixture.Store.CountAsync(DeliveryState.Parked, Stop)));
        Assert.Null((await fixture.Switch.RefreshAsync(Stop)).ReleaseParkedUntil);
    }

    private static void Wait(Func<Task> work) => Task.Run(work, Stop).Wait(Stop);

    private static void OnceBeforeABatch(DeliveryFixture fixture, Func<Task> work)
    {
        var isFirst = 1;
        fixture.Database.Before = request =>
        {
            if (IsWritingBatchAsync(request).Result && Interlocked.Exchange(ref isFirst, 0) == 1)
                Wait(work);
        };
    }

    private static async Task<bool> IsWritingBatchAsync(HttpRequestMessage request) =>
        await CosmosCall.OfAsync(request) is { Operation: CosmosOperation.Batch, Container: "deliveries" };

    private static Task<DeliveryControl> ReleaseAsync(DeliveryFixture fixture, DateTimeOffset until) =>
        fixture.Switch.ChangeAsync(control => control with { ReleaseParkedUntil = until }, Stop);

    private static EventDelivery Delivered(EventDelivery delivery, DateTimeOffset at) =>
        delivery.After(new(at, DeliveryVerdict.Delivered, "")) with { FailureCount = 0 };

    private static async Task<(DeliveryState, int)> StateAsync(DeliveryFixture fixture, EventDelivery delivery)
    {
        var stored = await fixture.FindAsync(delivery.OrderId);
        return (stored.State, stored.FailureCount);
    }

    private static async Task<EventDelivery> ParkAsync(DeliveryFixture fixture)
    {
        fixture.Platform.AnswerWith(422);
        await fixture.DispatchAsync("o-1");
        fixture.Platform.AnswerWith(200);
        return await fixture.FindAsync("o-1");
    }

    private static async Task<(EventDelivery One, EventDelivery Other)> TwoOfAShardAsync(DeliveryFixture fixture)
    {
        fixture.Platform.AnswerWith(422);
        var ids = DeliveryFixture.OfOneShard(2);
        foreach (var id in ids)
            await fixture.DispatchAsync(id);
        return (await fixture.FindAsync(ids[0]), await fixture.FindAsync(ids[1]));
    }

    /// <summary>A store that refuses every batch.</summary>
    private sealed class Refusing(HttpStatusCode status) : DelegatingHandler
    {
        public bool IsOn { get; set; }

        /// <summary>How many it has refused.</summary>
        public int Refused { get; private set; }

        /// <summary>No batch is answered before this is over.</summary>
        public Func<Task>? Gate { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!IsOn || !await IsWritingBatchAsync(request))
                return await base.SendAsync(request, cancellationToken);
            await (Gate?.Invoke() ?? Task.CompletedTask);
            Refused++;
            return new HttpResponseMessage(status)
            {
                RequestMessage = request,
                Content = new StringContent("""{"code":"Refused","message":"refused"}"""),
            };
        }
    }
}
