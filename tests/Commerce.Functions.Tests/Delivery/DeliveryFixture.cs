using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Polly.CircuitBreaker;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>The delivery with a database of its own and a platform that does as it is told.</summary>
internal sealed class DeliveryFixture : IAsyncDisposable
{
    public static readonly DataPlatformOptions Options = new()
    {
        Url = "https://platform.example/events",
        SigningKeys = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        DrainPerSecond = 10_000,
    };

    private readonly TestDatabase _database;

    private DeliveryFixture(TestDatabase database, DataPlatformOptions options, ShiftableTime time)
    {
        _database = database;
        Time = time;
        Store = new DeliveryStore(database.Database);
        Switch = new DeliverySwitch(Store, Time, new FakeLogger<DeliverySwitch>(Log));
        var wrapped = Microsoft.Extensions.Options.Options.Create(options);
        Report = new BreakerReport(Store, new FakeLogger<BreakerReport>(Log));
        Gate = new PlatformGate(new DataPlatformClient(options, Platform, Time), Report, wrapped, Time, new FakeLogger<PlatformGate>(Log));
        Dispatcher = new EventDispatcher(
            Gate, Switch, Store, new OrderStore(database.Database), wrapped, Time, new FakeLogger<EventDispatcher>(Log));
        Drain = new BacklogDrain(Dispatcher, Gate, Switch, Store, wrapped, Time);
        Redelivery = new RedeliveryActivities(Drain, wrapped, Time);
        Starter = new RedeliveryStarter(wrapped, Time, NullLogger<RedeliveryStarter>.Instance);
        Reconciler = new EventReconciler(
            new ReconciliationStore(database.Database), Store, wrapped, Time, new FakeLogger<EventReconciler>(Log));
        Functions = new DeliveryFunctions(Dispatcher, Gate, Starter, Reconciler);
        Watch = new DeliveryWatch(Switch, Store, Starter, Time);
        Operations = new DeliveryOperatorFunctions(Store, Switch, Starter, wrapped, Time);
    }

    /// <summary>What the parts of the delivery have logged.</summary>
    public FakeLogCollector Log { get; } = new();

    public FakePlatform Platform { get; } = new();

    public ShiftableTime Time { get; }

    public DeliveryStore Store { get; }

    public DeliverySwitch Switch { get; }

    public BreakerReport Report { get; }

    public PlatformGate Gate { get; }

    public EventDispatcher Dispatcher { get; }

    public BacklogDrain Drain { get; }

    public RedeliveryActivities Redelivery { get; }

    public EventReconciler Reconciler { get; }

    public RedeliveryStarter Starter { get; }

    public DeliveryFunctions Functions { get; }

    public DeliveryWatch Watch { get; }

    public DeliveryOperatorFunctions Operations { get; }

    public TestDatabase Database => _database;

    public static async Task<DeliveryFixture> CreateAsync(DataPlatformOptions? options = null, ShiftableTime? time = null) =>
        new(await TestDatabase.CreateAsync(), options ?? Options, time ?? new());

    /// <summary>Another instance of the app on the same database, with a platform of its own. It need not be disposed of.</summary>
    /// <param name="time">Its clock; by default one of its own.</param>
    public DeliveryFixture Neighbour(ShiftableTime? time = null) => new(_database, Options, time ?? new());

    /// <summary>Opens the circuit breaker by events of which nothing is recorded.</summary>
    public async Task BreakAsync()
    {
        Platform.AnswerWith(503);
        while (Gate.State != CircuitState.Open)
            await ProbeAsync();
    }

    /// <summary>Sends an event of which nothing is recorded; null when the breaker does not let it through.</summary>
    public Task<DeliveryAttempt?> ProbeAsync() =>
        Gate.TrySendAsync(OrderEvents.Event(OrderEvents.PaidType, OrderOf("o-probe", Time.GetUtcNow())), Stop);

    /// <summary>Ids of orders whose events are of one shard.</summary>
    public static string[] OfOneShard(int count) =>
        [.. Enumerable.Range(0, 10_000).Select(i => $"o-{i}").Where(id => EventDelivery.ShardOf(id) == EventDelivery.ShardName(0)).Take(count)];

    /// <summary>A paid order in the store.</summary>
    public async Task<Order> AddOrderAsync(string orderId)
    {
        var order = OrderOf(orderId, Time.GetUtcNow());
        await _database.Database[CommerceDatabase.Accounts].CreateItemAsync(order, new PartitionKey(order.UserId));
        return order;
    }

    /// <summary>A paid order in the store, with its entry in the books.</summary>
    public async Task<Order> PayAsync(string orderId)
    {
        var order = await AddOrderAsync(orderId);
        await _database.Database[CommerceDatabase.Accounts].CreateItemAsync(new LedgerEntry
        {
            Id = OperationId.Payment(orderId),
            UserId = order.UserId,
            Kind = EntryKind.Payment,
            Amount = -order.TotalAmount,
            BalanceAfter = 0,
            Sequence = 1,
            CreatedAt = order.PaidAt!.Value,
            OrderId = orderId,
        });
        return order;
    }

    /// <summary>A paid order whose event is taken off the queue.</summary>
    public async Task<DeliveryState> DispatchAsync(string orderId) =>
        await Dispatcher.DispatchAsync(OrderEventMessage.Parse(OrderEvents.Paid(await AddOrderAsync(orderId))), Stop);

    public async Task<EventDelivery> FindAsync(string orderId) => (await Store.FindAsync($"{orderId}.paid", Stop))!;

    /// <summary>What was logged of which a text is part.</summary>
    public IEnumerable<FakeLogRecord> Logged(string text) =>
        Log.GetSnapshot().Where(record => record.Message.Contains(text, StringComparison.Ordinal));

    /// <summary>Runs over the backlog, with the time going on, until nothing waits.</summary>
    public async Task DrainAllAsync()
    {
        for (var run = 0; (await Drain.RunAsync(Stop)).NextDueAt is { } due; run++)
        {
            Assert.True(run < 500, "The backlog is never empty.");
            var now = Time.GetUtcNow();
            Time.Shift(due > now ? due - now : TimeSpan.FromSeconds(5));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Report.DisposeAsync();
        Platform.Dispose();
        await _database.DisposeAsync();
    }

    public static Order OrderOf(string orderId, DateTimeOffset paidAt) => new()
    {
        Id = orderId,
        UserId = "u-1",
        Status = OrderStatus.Paid,
        Fingerprint = "f",
        Lines = [new("p-1", "Lantern", 100, 2, 200)],
        TotalAmount = 200,
        CreatedAt = paidAt,
        PaidAt = paidAt,
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}

/// <summary>Stands where the data platform would.</summary>
internal sealed class FakePlatform : HttpMessageHandler
{
    /// <summary>What it answers to an event id.</summary>
    public Func<string, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.OK);

    /// <summary>Nothing is answered before this is over.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    /// <summary>Event ids in the order in which they came, repeats and failures included.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    /// <summary>Event ids that were answered with 2xx.</summary>
    public ConcurrentDictionary<string, int> Accepted { get; } = new();

    public HttpRequestMessage? Last { get; private set; }

    public byte[] LastBody { get; private set; } = [];

    public void AskToWait(HttpStatusCode status, TimeSpan pause) =>
        Answer = _ => new HttpResponseMessage(status) { Headers = { RetryAfter = new RetryConditionHeaderValue(pause) } };

    public void AnswerWith(int status) => Answer = _ => new HttpResponseMessage((HttpStatusCode)status);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var id = request.Headers.GetValues(WebhookSignature.IdHeader).Single();
        Received.Enqueue(id);
        (Last, LastBody) = (request, await request.Content!.ReadAsByteArrayAsync(cancellationToken));
        await Held.WaitAsync(cancellationToken);
        var answer = Answer(id);
        if (answer.IsSuccessStatusCode)
            Accepted.AddOrUpdate(id, 1, (_, count) => count + 1);
        return answer;
    }
}

/// <summary>The real time, and a jump ahead when a test says so; or one that stands still but for those, and leaps over each wait.</summary>
internal sealed class ShiftableTime(bool standsStill = false) : TimeProvider
{
    private readonly DateTimeOffset _began = System.GetUtcNow();
    private readonly long _beganAt = System.GetTimestamp();
    private long _shift;

    public override DateTimeOffset GetUtcNow() =>
        (standsStill ? _began : base.GetUtcNow()) + TimeSpan.FromTicks(Interlocked.Read(ref _shift));

    public override long GetTimestamp() =>
        (standsStill ? _beganAt : base.GetTimestamp()) + Interlocked.Read(ref _shift) * (TimestampFrequency / TimeSpan.TicksPerSecond);

    public void Shift(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    /// <summary>Deadlines keep the real time, as in <see cref="SkippingTime"/>.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (!standsStill || dueTime == Timeout.InfiniteTimeSpan || state is CancellationTokenSource)
            return base.CreateTimer(callback, state, dueTime, period);
        Shift(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
