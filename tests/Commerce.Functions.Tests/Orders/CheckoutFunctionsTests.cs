using System.Collections.Concurrent;
using Commerce.Functions.Cart;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Buying a cart as a client sees it. Nothing runs but what a test runs.</summary>
public sealed class CheckoutFunctionsTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task An_empty_cart_is_not_bought()
    {
        var user = await _fixture.AddUserAsync(100);
        var reply = await CheckoutAsync(user, "k");
        Assert.Equal((409, "cart-empty", "There is nothing in the cart."), (reply.Status, reply.Problem, (string?)reply.Body!["detail"]));
        Assert.Null(await _fixture.Placement.FindAsync(user, "k"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"expectedTotalAmount":20}""")]
    public async Task What_is_in_the_cart_is_bought_and_leaves_it(string? body)
    {
        var (user, product) = await FilledAsync(balance: 100);
        var reply = await CheckoutAsync(user, "k", body);
        Assert.Equal((202, 20L), (reply.Status, reply.Number("totalAmount")));
        Assert.Equal("respond-async", reply.Headers["Preference-Applied"].ToString());
        Assert.Empty(await CartAsync(user));

        var paid = await _fixture.RunAsync((await _fixture.Placement.FindAsync(user, "k"))!);
        Assert.Equal((OrderStatus.Paid, 80L, 3L), (paid.Status, await _fixture.BalanceAsync(user), await _fixture.StockAsync(product)));
        Assert.Empty(await CartAsync(user));
    }

    /// <summary>The key stands for what was in the cart then.</summary>
    [Fact]
    public async Task A_repeat_is_answered_with_its_order_whatever_is_in_the_cart_by_now()
    {
        var (user, product) = await FilledAsync(balance: 100);
        var first = await CheckoutAsync(user, "k");
        Assert.Equal(first.ToString(), (await CheckoutAsync(user, "k")).ToString());
        await _fixture.RunAsync((await _fixture.Placement.FindAsync(user, "k"))!);
        Assert.Equal((201, 20L), Placed(await CheckoutAsync(user, "k")));
        await AddAsync(user, product, 1);
        Assert.Equal((201, 20L), Placed(await CheckoutAsync(user, "k")));
        Assert.Equal([(product, 1L)], await CartAsync(user));
        Assert.Equal((202, 10L), Placed(await CheckoutAsync(user, "another")));
        // What it was to cost is part of what was asked for.
        Assert.Equal((422, "idempotency-key-reused"), StatusOf(await CheckoutAsync(user, "k", """{"expectedTotalAmount":20}""")));
    }

    /// <summary>With another cart of the same cost, or with none: what was agreed to then stands.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_repeat_is_answered_with_its_order_also_when_all_would_cost_something_else_by_now(bool isBoundToVersion)
    {
        const string Expected = """{"expectedTotalAmount":20}""";
        var (user, product) = await FilledAsync(balance: 100);
        await CheckoutAsync(user, "k", Expected);
        await _fixture.RunAsync((await _fixture.Placement.FindAsync(user, "k"))!);
        await _fixture.PriceAsync(product, 11);
        if (isBoundToVersion)
            await AddAsync(user, product, 2);
        (string, string)[] bound = isBoundToVersion ? [("If-Match", (await ViewAsync(user)).ETag)] : [];

        // Also in a process that does not remember the former price.
        foreach (var process in (IServiceProvider[])[store.App, store.NewProcess()])
            Assert.Equal((201, 20L), Placed(await CheckoutAsync(process, user, "k", Expected, bound)));
    }

    [Fact]
    public async Task Who_cannot_pay_keeps_the_cart()
    {
        var (user, product) = await FilledAsync(balance: 19);
        var reply = await CheckoutAsync(user, "k");
        Assert.Equal((409, "insufficient-balance", 20L, 19L),
            (reply.Status, reply.Problem, reply.Number("requested"), reply.Number("available")));
        Assert.Equal([(product, 2L)], await CartAsync(user));
        Assert.Empty(_fixture.Durable.Started);
    }

    /// <summary>Bound to the version that was seen or not: the refusal is the key's for good, also when there is money by then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_could_not_pay_is_told_so_again(bool isBoundToVersion)
    {
        var (user, _) = await FilledAsync(balance: 19);
        (string, string)[] bound = isBoundToVersion ? [("If-Match", (await ViewAsync(user)).ETag)] : [];
        Assert.Equal((409, "insufficient-balance"), StatusOf(await CheckoutAsync(user, "k", null, bound)));
        await _fixture.ChargeAsync(user, 100);
        Assert.Equal((409, "insufficient-balance"), StatusOf(await CheckoutAsync(user, "k", null, bound)));
    }

    [Fact]
    public async Task What_could_not_be_had_comes_back_into_the_cart()
    {
        var (user, product) = await FilledAsync(balance: 100);
        await CheckoutAsync(user, "k");
        await _fixture.AdjustAsync(product, -4);
        await _fixture.RunAsync((await _fixture.Placement.FindAsync(user, "k"))!);
        var reply = await CheckoutAsync(user, "k");
        Assert.Equal((409, "insufficient-stock", 2L, 1L),
            (reply.Status, reply.Problem, reply.Number("requested"), reply.Number("available")));
        Assert.Equal([(product, 2L)], await CartAsync(user));
    }

    [Theory]
    [InlineData(19)]
    [InlineData(21)]
    [InlineData(0)]
    public async Task A_cart_that_costs_something_else_than_its_buyer_expects_is_kept(long expected)
    {
        var (user, product) = await FilledAsync(balance: 100);
        var reply = await CheckoutAsync(user, "k", $$"""{"expectedTotalAmount":{{expected}}}""");
        Assert.Equal((409, "price-changed", expected, 20L),
            (reply.Status, reply.Problem, reply.Number("expectedTotalAmount"), reply.Number("totalAmount")));
        Assert.Equal([(product, 2L)], await CartAsync(user));
    }

    [Fact]
    public async Task A_buyer_who_says_which_version_was_seen_buys_that_or_nothing()
    {
        var (user, product) = await FilledAsync(balance: 100);
        var seen = (await ViewAsync(user)).ETag;
        await AddAsync(user, product, 1);
        Assert.Equal((412, "precondition-failed"), StatusOf(await CheckoutAsync(user, "k", null, ("If-Match", seen))));
        Assert.Equal([(product, 3L)], await CartAsync(user));
        var now = (await ViewAsync(user)).ETag;
        Assert.NotEqual(seen, now);
        Assert.Equal((202, 30L), Placed(await CheckoutAsync(user, "k", null, ("If-Match", now))));
    }

    [Fact]
    public async Task A_buyer_who_has_seen_another_price_does_not_pay_this_one()
    {
        var (user, product) = await FilledAsync(balance: 100);
        var seen = (await ViewAsync(user)).ETag;
        await _fixture.PriceAsync(product, 11);
        Assert.Equal((412, "precondition-failed"), StatusOf(await CheckoutAsync(user, "k", null, ("If-Match", seen))));
        Assert.Equal([(product, 2L)], await CartAsync(user));
    }

    /// <summary>The batch that accepts the order finds another cart than was read: what is in it then is bought.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cart_that_changes_just_before_it_is_bought_is_read_again(bool isBoundToVersion)
    {
        var (user, product) = await FilledAsync(balance: 100);
        var seen = (await ViewAsync(user)).ETag;
        var meanwhile = new Meanwhile(() => AddAsync(user, product, 1)) { Times = 1 };
        var process = store.NewProcess(meanwhile);
        var reply = await CheckoutAsync(process, user, "k", null, isBoundToVersion ? [("If-Match", seen)] : []);
        Assert.Equal(0, meanwhile.Times);
        if (isBoundToVersion)
            Assert.Equal((412, "precondition-failed"), StatusOf(reply));
        else
            Assert.Equal((202, 30L), Placed(reply));
        Assert.Equal(isBoundToVersion ? [(product, 3L)] : [], await CartAsync(user));
    }

    /// <summary>
    /// At first a replica is good enough. Once it has turned out to be behind, it is not asked again; before that the batch is looked
    /// for, for it may have been written.
    /// </summary>
    [Theory]
    [InlineData(false,
        "accounts:Read catalog:Read accounts:Read accounts:Batch accounts:ReadAtPrimary accounts:ReadAtPrimary accounts:Batch")]
    [InlineData(true,
        "accounts:Read catalog:Read accounts:Read accounts:Batch accounts:ReadAtPrimary accounts:ReadAtPrimary catalog:ReadAtPrimary"
        + " accounts:Read accounts:ReadAtPrimary")]
    public async Task A_cart_is_read_where_it_costs_least_and_after_a_lost_race_at_the_primary(bool isBoundToVersion, string calls)
    {
        var (user, product) = await FilledAsync(balance: 100);
        var seen = (await ViewAsync(user)).ETag;
        var meanwhile = new Meanwhile(() => AddAsync(user, product, 1)) { Times = 1 };
        var process = store.NewProcess(meanwhile);
        await CheckoutAsync(process, user, "k", null, isBoundToVersion ? [("If-Match", seen)] : []);

        var asked = meanwhile.Calls.Where(static call => call.Operation != CosmosOperation.Metadata);
        Assert.Equal(calls, string.Join(' ', asked.Select(static call => $"{call.Container}:{call.Operation}")));
    }

    [Fact]
    public async Task Who_finds_another_cart_each_time_gives_up()
    {
        var (user, product) = await FilledAsync(balance: 100_000);
        var meanwhile = new Meanwhile(() => AddAsync(user, product, 1)) { Times = int.MaxValue };
        var process = store.NewProcess(meanwhile, new AcceleratedTime());
        var checkout = CheckoutAsync(process, user, "k", null);

        await Assert.ThrowsAsync<UndecidedWriteException>(() =>
            checkout.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));

        Assert.Equal(int.MaxValue - LostRaces.Max - 1, meanwhile.Times);
        Assert.Equal([(product, 2L + LostRaces.Max + 1)], await CartAsync(user));
    }

    [Theory]
    [InlineData("""{"expectedTotalAmount":-1}""", "expectedTotalAmount")]
    [InlineData("""{"expectedTotalAmount":"20"}""", "expectedTotalAmount")]
    [InlineData("""{"expectedTotalAmount":null}""", "expectedTotalAmount")]
    public async Task A_checkout_that_makes_no_sense_buys_nothing(string body, string field)
    {
        var (user, product) = await FilledAsync(balance: 100);
        var reply = await CheckoutAsync(user, "k", body);
        Assert.Equal((400, field), (reply.Status, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal((400, "idempotency-key-missing"), StatusOf(await store.App.CallAsync<CheckoutFunctions>(
            (functions, request) => functions.Checkout(request, user, _fixture.Durable, new FakeRun(store.App)))));
        Assert.Equal([(product, 2L)], await CartAsync(user));
    }

    private static (int, string?) StatusOf(Reply reply) => (reply.Status, reply.Problem);

    private static (int, long) Placed(Reply reply) =>
        reply.Status < 300 ? (reply.Status, reply.Number("totalAmount")) : throw new Xunit.Sdk.XunitException(reply.ToString());

    private static (string, string)[] Headers(string key) => [("Idempotency-Key", key), ("Prefer", "respond-async")];

    private Task<Reply> CheckoutAsync(string user, string key, string? body = null, params (string, string)[] headers) =>
        CheckoutAsync(store.App, user, key, body, headers);

    private Task<Reply> CheckoutAsync(
        IServiceProvider process, string user, string key, string? body, params (string, string)[] headers) =>
        process.CallAsync<CheckoutFunctions>(
            (functions, request) => functions.Checkout(request, user, _fixture.Durable, new FakeRun(process)), body,
            [.. Headers(key), .. headers]);

    /// <summary>A buyer with two pieces for 10 won each in the cart, of five that there are.</summary>
    private async Task<(string User, string Product)> FilledAsync(long balance)
    {
        var (user, product) = (await _fixture.AddUserAsync(balance), await _fixture.AddProductAsync(10, 5));
        await AddAsync(user, product, 2);
        return (user, product);
    }

    private async Task AddAsync(string user, string product, long quantity) =>
        Assert.InRange(
            (await store.App.CallAsync<CartFunctions>(
                (functions, request) => functions.Add(request, user),
                $$"""{"productId":"{{product}}","quantity":{{quantity}}}""")).Status,
            200,
            299);

    private Task<Reply> ViewAsync(string user) => store.App.CallAsync<CartFunctions>((functions, request) => functions.Get(request, user));

    private async Task<List<(string, long)>> CartAsync(string user) =>
        [.. ((await ViewAsync(user)).Body!["items"]!.AsArray()).Select(
            static item => ((string)item!["productId"]!, (long)item["quantity"]!))];

    /// <summary>Lets something happen, some times, just before a batch is written.</summary>
    private sealed class Meanwhile(Func<Task> happens) : DelegatingHandler
    {
        public int Times { get; set; }

        public ConcurrentQueue<CosmosCall> Calls { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            Calls.Enqueue(call);
            if (Times > 0 && call is { Operation: CosmosOperation.Batch })
            {
                Times--;
                await happens();
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
