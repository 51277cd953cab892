using System.Collections.Concurrent;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Ledger;

/// <summary>What a process keeps of products is a hint, and not for long.</summary>
public sealed class LedgerHeadsTests : IClassFixture<TestStore>
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly ConcurrentQueue<CosmosCall> _reads = new();
    private readonly OrderFixture _elsewhere;
    private readonly IServiceProvider _process;
    private readonly OrderFixture _here;

    public LedgerHeadsTests(TestStore store)
    {
        _elsewhere = new(store, store.App);
        var watched = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = (call, isAfter) =>
            {
                if (!isAfter && call is { Container: "catalog" })
                    _reads.Enqueue(call);
                return Task.CompletedTask;
            },
        };
        _process = store.NewProcess(watched, _time);
        _here = new(store, _process);
    }

    private async Task RenameAsync(string product, string name, long price) =>
        await _elsewhere.Get<IServiceProvider>().CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.Put(request, product), $$"""{"name":"{{name}}","price":{{price}}}""");

    private async Task<OrderLine> LineAsync(string user, string product, string key) =>
        (await _here.AcceptAsync(user, key, new OrderItem(product, 1))).Lines[0];

    [Fact]
    public async Task An_order_carries_the_name_that_its_product_has_had_for_half_a_minute()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(1_000));
        await LineAsync(user, product, "k1");
        await RenameAsync(product, "New name", 20);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(new OrderLine(product, "New name", 20, 1, 20), await LineAsync(user, product, "k2"));
    }

    [Fact]
    public async Task Until_then_no_order_reads_it_again()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(1_000));
        await LineAsync(user, product, "k1");
        _reads.Clear();
        _time.Advance(TimeSpan.FromSeconds(29));
        await LineAsync(user, product, "k2");
        Assert.Empty(_reads);
    }

    [Fact]
    public async Task A_head_that_is_looked_at_is_read_once_and_one_that_is_not_there_each_time()
    {
        var product = await _elsewhere.AddProductAsync(10, 5);
        var products = _here.Get<ProductReader>();
        _reads.Clear();
        Assert.Equal(10, (await products.PeekAsync(product))?.Price);
        Assert.Equal(10, (await products.PeekAsync(product))?.Price);
        Assert.Single(_reads);
        Assert.Null(await products.PeekAsync("p-none"));
        Assert.Null(await products.PeekAsync("p-none"));
        Assert.Equal(3, _reads.Count);
    }

    [Fact]
    public void What_was_seen_is_given_up_with_the_process()
    {
        var products = _here.Get<ProductReader>();
        products.Dispose();
        Assert.Throws<ObjectDisposedException>(() => products.Forget("p"));
    }

    [Fact]
    public async Task Whoever_reads_a_product_makes_what_is_newer_known()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(1_000));
        await LineAsync(user, product, "k1");
        await RenameAsync(product, "Shown", 20);
        await _process.CallAsync<ProductFunctions>((functions, request) => functions.Show(request, product));
        Assert.Equal(new OrderLine(product, "Shown", 20, 1, 20), await LineAsync(user, product, "k2"));

        await RenameAsync(product, "In a cart", 30);
        await _process.CallAsync<CartFunctions>(
            (functions, request) => functions.Add(request, user), $$"""{"productId":"{{product}}","quantity":1}""");
        await RenameAsync(product, "In a cart that is shown", 40);
        await _process.CallAsync<CartFunctions>((functions, request) => functions.Get(request, user));
        Assert.Equal(new OrderLine(product, "In a cart that is shown", 40, 1, 40), await LineAsync(user, product, "k3"));
    }

    [Fact]
    public async Task Of_those_who_expect_the_new_price_one_pays_for_the_reading()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(1_000));
        await LineAsync(user, product, "warm");
        await _elsewhere.PriceAsync(product, 20);
        await AcceptAsync("k1");
        _reads.Clear();
        await AcceptAsync("k2");
        Assert.Empty(_reads);

        async Task AcceptAsync(string key)
        {
            var request = new OrderRequest(user, key, [new OrderItem(product, 1)], null) { ExpectedTotalAmount = 20 };
            Assert.Equal(OrderStatus.Pending, (await _here.AcceptAsync(request)).Status);
        }
    }

    [Fact]
    public async Task An_order_that_was_paid_at_another_price_tells_that_there_is_one()
    {
        var (product, user) = (await _elsewhere.AddProductAsync(10, 5), await _elsewhere.AddUserAsync(1_000));
        var order = await _here.AcceptAsync(user, "k1", new OrderItem(product, 1));
        await _elsewhere.PriceAsync(product, 20);
        // On an instance for orchestrations, as in Azure.
        var paid = await _elsewhere.RunAsync(order);
        _here.Get<InFlightOrders>().Decide(order.Id, paid);
        await Eventually.HoldsAsync(() => _here.Get<InFlightOrders>().Count == 0);
        Assert.Equal(20, (await LineAsync(user, product, "k2")).UnitPrice);
    }
}
