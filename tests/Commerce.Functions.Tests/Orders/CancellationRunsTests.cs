using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Orders;

/// <summary>
/// Whole runs of cancellations: the orchestrator on a genuine worker, its steps on the genuine SDK, and who has asked for them.
/// </summary>
public sealed class CancellationRunsTests(TaskHub hub, TestStore store) : IClassFixture<TaskHub>, IClassFixture<TestStore>
{
    private const long Balance = 1_000;
    private const long Price = 100;
    private const long Stock = 5;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task A_cancellation_whose_step_fails_gives_back_once()
    {
        foreach (var fault in StepFault.Of(nameof(OrderActivities.RefundOrder), nameof(OrderActivities.CompleteCancellation)))
        {
            var paid = await PaidAsync();
            await hub.RunAsync(CancelOrderOrchestrator.Name, paid, OrderOrchestrations.CancellationId(paid.Id), fault.In(_fixture));
            Assert.Equal((OrderStatus.Cancelled, Balance, 0L, Stock), await StateAsync(paid));
        }
    }

    /// <summary>A balance that is full takes nothing back: the order stays as it is, and so does its stock.</summary>
    [Fact]
    public async Task A_refund_that_is_refused_leaves_the_order_paid_whatever_fails()
    {
        foreach (var fault in StepFault.Of(nameof(OrderActivities.RefundOrder)))
        {
            var paid = await PaidByARichUserAsync();
            await hub.RunAsync(CancelOrderOrchestrator.Name, paid, OrderOrchestrations.CancellationId(paid.Id), fault.In(_fixture));
            Assert.Equal((OrderStatus.Paid, Limits.MoneyMax, 0L, Stock - 1), await StateAsync(paid));
            Assert.Equal(ErrorCode.BalanceLimitExceeded, (await OrderOrchestrations.PollRefusalAsync(hub.Client, paid.Id))?.Code);
        }
    }

    [Fact]
    public async Task Who_cancels_is_told_when_it_is_done_and_again_when_it_is_repeated()
    {
        var paid = await PaidAsync();
        Serve(paid);
        var told = await CancelAsync(paid, "k1");
        Assert.Equal(OrderStatus.Cancelled, told.Value?.Status);
        Assert.Equal((OrderStatus.Cancelled, Balance, 0L, Stock), await StateAsync(paid));

        // With its key, and with another: there is nothing left to do, and nothing is given back twice.
        Assert.Equal(OrderStatus.Cancelled, (await CancelAsync(paid, "k1")).Value?.Status);
        Assert.Equal(OrderStatus.Cancelled, (await CancelAsync(paid, "k2")).Value?.Status);
        Assert.Equal((OrderStatus.Cancelled, Balance, 0L, Stock), await StateAsync(paid));
    }

    [Fact]
    public async Task Who_is_refused_is_refused_under_that_key_for_good_and_may_ask_again_under_another()
    {
        var paid = await PaidByARichUserAsync();
        Serve(paid);
        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await CancelAsync(paid, "k1")).Failure?.Code);
        Assert.Null((await _fixture.Orders.FindAsync(paid.UserId, paid.Id))!.CancelRequestedAt);
        // Room for it: something else is bought.
        var other = await _fixture.AddProductAsync(Price * 3, 1);
        await _fixture.RunAsync(await _fixture.AcceptAsync(paid.UserId, "other", new OrderItem(other, 1)));

        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await CancelAsync(paid, "k1")).Failure?.Code);
        Assert.Equal(OrderStatus.Cancelled, (await CancelAsync(paid, "k2")).Value?.Status);
        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await CancelAsync(paid, "k1")).Failure?.Code);
    }

    /// <summary>
    /// The step has told the first that there is no room, and its orchestration has not ended yet when there is room and a second asks: what
    /// that one is refused at its end is not the second's answer.
    /// </summary>
    [Fact]
    public async Task Who_asks_while_a_refused_run_ends_is_not_told_its_refusal()
    {
        var paid = await PaidByARichUserAsync();
        var (mayEnd, steps) = (new TaskCompletionSource(), Steps.Of(_fixture.Steps));
        hub.Serve(OrderOrchestrations.CancellationId(paid.Id), async (name, work) =>
        {
            var answer = await steps.CallAsync(name, work);
            await mayEnd.Task;
            return answer;
        });
        Assert.Equal(ErrorCode.BalanceLimitExceeded, (await CancelAsync(paid, "k1")).Failure?.Code);
        var other = await _fixture.AddProductAsync(Price * 3, 1);
        await _fixture.RunAsync(await _fixture.AcceptAsync(paid.UserId, "other", new OrderItem(other, 1)));

        var second = await _fixture.Get<OrderCancellation>()
            .CancelAsync(new LookWatch(hub.Client, mayEnd.SetResult), paid.UserId, paid.Id, "k2", Long);

        Assert.Equal((null, OrderStatus.Cancelled), (second.Failure, second.Value?.Status));
        Assert.Equal((OrderStatus.Cancelled, Limits.MoneyMax - (Price * 2), 0L, Stock), await StateAsync(paid));
    }

    /// <summary>What is refused at once does not come to an orchestration.</summary>
    [Theory]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Rejected)]
    public async Task An_order_that_is_not_paid_cannot_be_cancelled(OrderStatus status)
    {
        var product = await _fixture.AddProductAsync(Price, Stock);
        var order = await _fixture.AcceptAsync(await _fixture.AddUserAsync(Balance), "k", new OrderItem(product, 1));
        await _fixture.AdjustAsync(product, -Stock);
        if (status == OrderStatus.Rejected)
            await _fixture.RunAsync(order);
        var refused = await CancelAsync(order, "k");
        Assert.Equal((ErrorCode.OrderNotCancellable, order.Id), (refused.Failure?.Code, refused.Failure?.OrderId));
        // Under this key for good, also when the order has been decided since; of a rejected order each key learns the same.
        await _fixture.RunAsync(order);
        Assert.Equal(refused.Failure, (await CancelAsync(order, "k")).Failure);
        Assert.Equal(ErrorCode.OrderNotCancellable, (await CancelAsync(order, "other")).Failure?.Code);
        Assert.Null(await hub.Client.GetInstanceAsync(OrderOrchestrations.CancellationId(order.Id), Stop));
    }

    [Fact]
    public async Task A_key_that_stands_for_the_cancellation_of_one_order_cancels_no_other()
    {
        var user = await _fixture.AddUserAsync(Balance);
        var product = await _fixture.AddProductAsync(Price, Stock);
        var (one, other) = (await PaidAsync(user, product, "k1"), await PaidAsync(user, product, "k2"));
        Serve(one);
        Assert.True((await CancelAsync(one, "k")).Succeeded);
        Assert.Equal(ErrorCode.IdempotencyKeyReused, (await CancelAsync(other, "k")).Failure?.Code);
        Assert.Equal(OrderStatus.Paid, (await _fixture.Orders.FindAsync(user, other.Id))!.Status);
        Assert.Equal(ErrorCode.NotFound, (await CancelAsync(one with { Id = "none" }, "k")).Failure?.Code);
    }

    /// <summary>Whatever it finds is somebody else's run, and refused.</summary>
    [Fact]
    public async Task Who_finds_nothing_but_the_refused_runs_of_others_is_told_to_come_again()
    {
        var paid = await PaidAsync();
        var others = new OthersRuns();
        var told = await _fixture.Get<OrderCancellation>().CancelAsync(others, paid.UserId, paid.Id, "k", Long);
        Assert.Equal(
            new Failure(ErrorCode.Busy, "The order is being changed. Repeat the request shortly, with the same Idempotency-Key."),
            told.Failure);
        Assert.Equal(3, others.Looks);
    }

    /// <summary>The first poll comes after a quarter of a second: of what is left after it the next run has no more.</summary>
    [Fact]
    public async Task Who_has_waited_as_long_as_was_asked_for_waits_for_no_other_run()
    {
        var paid = await PaidAsync();
        var told = await _fixture.Get<OrderCancellation>()
            .CancelAsync(new OthersRuns(), paid.UserId, paid.Id, "k", TimeSpan.FromMilliseconds(300));
        Assert.Equal(OrderStatus.Paid, told.Value?.Status);
    }

    [Fact]
    public async Task Where_too_many_are_in_flight_a_cancellation_is_told_to_come_again()
    {
        var paid = await PaidAsync();
        var full = new InFlightOrders(
            Options.Create(new OrderOptions { InFlightMax = 0 }), TimeProvider.System, NullLogger<InFlightOrders>.Instance);
        var cancellation = new OrderCancellation(_fixture.Orders, _fixture.Get<CancellationStore>(), full, TimeProvider.System);
        var told = await cancellation.CancelAsync(hub.Client, paid.UserId, paid.Id, "k", Long);
        Assert.Equal(ErrorCode.Busy, told.Failure?.Code);
        Assert.StartsWith("Too many orders are being placed.", told.Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_wait_gets_the_order_as_it_is_and_it_is_cancelled_all_the_same()
    {
        var paid = await PaidAsync();
        Serve(paid);
        var told = await _fixture.Get<OrderCancellation>().CancelAsync(hub.Client, paid.UserId, paid.Id, "k", TimeSpan.Zero);
        Assert.Equal(OrderStatus.Paid, told.Value?.Status);
        await hub.EndAsync(OrderOrchestrations.CancellationId(paid.Id));
        Assert.Equal((OrderStatus.Cancelled, Balance, 0L, Stock), await StateAsync(paid));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<Result<Order>> CancelAsync(Order order, string key) =>
        _fixture.Get<OrderCancellation>().CancelAsync(hub.Client, order.UserId, order.Id, key, Long);

    private void Serve(Order order) =>
        hub.Serve(OrderOrchestrations.CancellationId(order.Id), Steps.Of(_fixture.Steps).CallAsync);

    private async Task<Order> PaidAsync() =>
        await PaidAsync(await _fixture.AddUserAsync(Balance), await _fixture.AddProductAsync(Price, Stock), "k");

    private async Task<Order> PaidByARichUserAsync()
    {
        var paid = await PaidAsync(await _fixture.AddRichUserAsync(), await _fixture.AddProductAsync(Price, Stock), "k");
        await _fixture.ChargeAsync(paid.UserId, Price);
        return paid;
    }

    private async Task<Order> PaidAsync(string user, string product, string key)
    {
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, key, new OrderItem(product, 1)));
        Assert.Equal(OrderStatus.Paid, paid.Status);
        return paid;
    }

    private async Task<(OrderStatus, long Balance, long Held, long Stock)> StateAsync(Order order)
    {
        var account = await _fixture.AccountAsync(order.UserId);
        var status = (await _fixture.Orders.FindAsync(order.UserId, order.Id))!.Status;
        return (status, account.Balance, account.Held, await _fixture.StockAsync(order.Lines[0].ProductId));
    }

    /// <summary>A hub where another instance's cancellation runs whenever it is looked for, and is always refused at its end.</summary>
    private sealed class OthersRuns : PartialDurable
    {
        public int Looks { get; private set; }

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default) => throw new NotSupportedException("One runs.");

        public override Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        {
            if (!getInputsAndOutputs)
                Looks++;
            return Task.FromResult<OrchestrationMetadata?>(new("any", instanceId)
            {
                RuntimeStatus = getInputsAndOutputs ? OrchestrationRuntimeStatus.Completed : OrchestrationRuntimeStatus.Running,
                DataConverter = JsonDataConverter.Default,
                SerializedOutput = JsonDataConverter.Default.Serialize(Failure.NotFound("no room")),
            });
        }
    }

    /// <summary>A hub that tells when somebody asks for the first time whether anything runs.</summary>
    private sealed class LookWatch(DurableTaskClient hub, Action looked) : PartialDurable
    {
        private Action? _looked = looked;

        public override Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default) =>
            hub.ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, options, cancellation);

        public override async Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
        {
            var found = await hub.GetInstanceAsync(instanceId, getInputsAndOutputs, cancellation);
            Interlocked.Exchange(ref _looked, null)?.Invoke();
            return found;
        }
    }
}
