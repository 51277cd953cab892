using System.Collections.Concurrent;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>
/// Whole runs of orders: the orchestrator on a genuine worker, its steps on the genuine SDK. Whatever step or write of it fails, an
/// order ends as it would have without, and stock and money are whole.
/// </summary>
public sealed class OrderRunsTests(TaskHub hub, TestStore store) : IClassFixture<TaskHub>, IClassFixture<TestStore>
{
    private const long Balance = 1_000;
    private const long Price = 100;
    private const long Stock = 5;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly OrderFixture _fixture = new(store, store.App);

    /// <summary>What becomes of an order of one piece each of two products.</summary>
    public enum Fate
    {
        Paid,

        /// <summary>The second product has been sold out since.</summary>
        OutOfStock,

        /// <summary>The second product costs more since than its buyer agreed to.</summary>
        OtherPrice,

        /// <summary>The second product costs more since than its buyer has.</summary>
        TooDear,

        /// <summary>Paid, at a price that has changed since.</summary>
        PaidAtOtherPrice,
    }

    public static TheoryData<Fate> Fates => [.. Enum.GetValues<Fate>()];

    private static string[] StepsTo(Fate fate) => fate is Fate.Paid or Fate.PaidAtOtherPrice
        ? [nameof(OrderActivities.FulfilOrder)]
        : [nameof(OrderActivities.FulfilOrder), nameof(OrderActivities.RejectOrder)];

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task A_step_that_fails_before_or_after_it_has_run_is_done_again(Fate fate)
    {
        foreach (var fault in StepFault.Of(StepsTo(fate)))
        {
            var order = await AcceptAsync(fate);
            await hub.RunAsync(PlaceOrderOrchestrator.Name, order, order.Id, fault.In(_fixture));
            await AssertAsync(fate, order, fault.ToString());
        }
    }

    /// <summary>Every write of a run fails once: before it is carried out, or its answer is lost.</summary>
    [Theory]
    [MemberData(nameof(Fates))]
    public async Task A_write_that_fails_or_whose_answer_is_lost_is_made_up_for(Fate fate)
    {
        const int WritesMin = 3;
        var faults = new FaultyStore();
        var process = new OrderFixture(store, store.NewProcess(faults));
        var counted = await RunWithAsync(new(0, IsLost: false));
        Assert.InRange(counted.Count, WritesMin, 12);
        // One after the other: on the test host, timers of runs side by side keep each other waiting.
        for (var n = 1; n <= counted.Count; n++)
        {
            await RunWithAsync(new(n, IsLost: false));
            await RunWithAsync(new(n, IsLost: true));
        }

        async Task<OneFault> RunWithAsync(OneFault fault)
        {
            var order = await AcceptAsync(fate);
            faults.Expect(fault, [order.UserId, .. order.Lines.Select(static line => line.ProductId)]);
            await hub.RunAsync(PlaceOrderOrchestrator.Name, order, order.Id, Steps.Of(process.Steps));
            await AssertAsync(fate, order, fault.ToString());
            // Of the last ones a run that knows its head needs one write less.
            Assert.True(fault.Count >= Math.Min(fault.Which, WritesMin), $"{fault} was never met.");
            return fault;
        }
    }

    [Theory]
    [MemberData(nameof(Fates))]
    public async Task Who_waits_is_told_what_became_of_the_order_on_whichever_instance_it_runs(Fate fate)
    {
        var elsewhere = new OrderFixture(store, store.NewProcess());
        foreach (var instance in new[] { _fixture, elsewhere })
        {
            var (request, change) = await RequestAsync(fate);
            var draft = OrderRules.Draft(request).Value!;
            var steps = Steps.Of(instance.Steps);
            // What has changed since has changed before the first step.
            hub.Serve(draft.Id, async (name, input) =>
            {
                if (steps.Calls.Count == 0)
                    await change();
                return await steps.CallAsync(name, input);
            });
            var told = await _fixture.Placement.PlaceAsync(hub.Client, draft, Long);
            Assert.True(told.Succeeded, told.Failure?.ToString());
            await AssertAsync(fate, told.Value, instance == elsewhere ? "elsewhere" : "here");
            Assert.Equal(told.Value.Status, (await _fixture.Orders.FindAsync(request.UserId, draft.Id))!.Status);
        }
    }

    private async Task<(OrderRequest Request, Func<Task> Change)> RequestAsync(Fate fate)
    {
        var (a, b) = (await _fixture.AddProductAsync(Price, Stock), await _fixture.AddProductAsync(Price, Stock));
        var request = new OrderRequest(await _fixture.AddUserAsync(Balance), "k", [new OrderItem(a, 1), new OrderItem(b, 1)], null)
        {
            ExpectedTotalAmount = fate == Fate.OtherPrice ? 2 * Price : null,
        };
        return (request, fate switch
        {
            Fate.OutOfStock => () => _fixture.AdjustAsync(b, -Stock),
            Fate.OtherPrice or Fate.PaidAtOtherPrice => () => _fixture.PriceAsync(b, 2 * Price),
            Fate.TooDear => () => _fixture.PriceAsync(b, Balance),
            _ => () => Task.CompletedTask,
        });
    }

    /// <summary>An order that is accepted, and what has changed since.</summary>
    private async Task<Order> AcceptAsync(Fate fate)
    {
        var (request, change) = await RequestAsync(fate);
        var order = await _fixture.AcceptAsync(request);
        Assert.Equal(OrderStatus.Pending, order.Status);
        await change();
        return order;
    }

    private async Task AssertAsync(Fate fate, Order order, string fault)
    {
        var decided = (await _fixture.Orders.FindAsync(order.UserId, order.Id))!;
        var account = await _fixture.AccountAsync(order.UserId);
        var left = await Task.WhenAll(decided.Lines.Select(line => _fixture.StockAsync(line.ProductId)));
        // The lines are in the order of their ids: which of the two is the second product is told by what has become of it.
        var (status, reason, spent, taken) = fate switch
        {
            Fate.Paid => (OrderStatus.Paid, (ErrorCode?)null, 2 * Price, 2L),
            Fate.PaidAtOtherPrice => (OrderStatus.Paid, null, 3 * Price, 2),
            Fate.OutOfStock => (OrderStatus.Rejected, ErrorCode.InsufficientStock, 0, Stock),
            _ => (OrderStatus.Rejected, ErrorCode.PriceChanged, 0, 0),
        };
        Assert.Equal(
            (status, reason, Balance - spent, 0L, (2 * Stock) - taken, fault),
            (decided.Status, decided.Rejection?.Code, account.Balance, account.Held, left.Sum(), fault));
    }

    /// <summary>A write of a run, counted from 1, that fails, or whose answer is lost.</summary>
    private sealed record OneFault(int Which, bool IsLost)
    {
        private int _count;

        public int Count => _count;

        public bool IsNext() => Interlocked.Increment(ref _count) == Which;
    }

    /// <summary>Between a process and its store: a run is known by its buyer and its products, which no other has.</summary>
    private sealed class FaultyStore : DelegatingHandler
    {
        private readonly ConcurrentDictionary<string, OneFault> _runs = new();

        public void Expect(OneFault fault, IEnumerable<string> partitions)
        {
            foreach (var partition in partitions)
                _runs[$"[\"{partition}\"]"] = fault;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            if (!call.IsWrite || !_runs.TryGetValue(call.PartitionKey, out var fault) || !fault.IsNext())
                return await base.SendAsync(request, cancellationToken);
            if (fault.IsLost)
                (await base.SendAsync(request, cancellationToken)).Dispose();
            throw new HttpRequestException("The store is away, or its answer is.");
        }
    }
}
