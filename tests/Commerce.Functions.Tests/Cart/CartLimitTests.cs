using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;
using CsCheck;
using Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cart;

/// <summary>What can be put in can be bought; what is shown can be held.</summary>
public sealed class CartLimitTests(TestStore store) : IClassFixture<TestStore>
{
    private const long LineMax = Limits.QuantityMax * Limits.PriceMax;

    private readonly string _user = Calls.NewId("u");

    private CatalogWriter Catalog => store.App.GetRequiredService<CatalogWriter>();

    private ProductReader Products => store.App.GetRequiredService<ProductReader>();

    private async Task<string> AddProductAsync(long price)
    {
        var id = Calls.NewId("p");
        await Catalog.CreateAsync(id, "Product", price, stock: 0);
        return id;
    }

    private Task<string[]> AddProductsAsync(int count, long price) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => AddProductAsync(price)));

    private async Task PriceAsync(IServiceProvider app, string productId, long price) => await app.GetRequiredService<CatalogWriter>()
        .UpdateAsync((await Products.FindAsync(productId, CancellationToken.None))!, "Product", price, ifMatch: false);

    private Task<Reply> AddAsync(string sku, long quantity) => store.App.CallAsync<CartFunctions>(
        (functions, request) => functions.Add(request, _user), $$"""{"productId":"{{sku}}","quantity":{{quantity}}}""");

    private Task<Reply> SetAsync(string sku, long quantity) => store.App.CallAsync<CartFunctions>(
        (functions, request) => functions.Set(request, _user, sku), $$"""{"quantity":{{quantity}}}""");

    private Task<Reply> GetAsync() => store.App.CallAsync<CartFunctions>((functions, request) => functions.Get(request, _user));

    private static void AssertTooDear(Reply reply, string productId) => Assert.Equal(
        (400, "validation", "quantity", productId),
        (reply.Status, reply.Problem, (string?)reply.Body!["errors"]![0]!["field"], (string?)reply.Body["productId"]));

    [Fact]
    public async Task Ten_lines_of_a_million_pieces_at_a_thousand_million_won_are_refused_at_the_tenth()
    {
        var products = await AddProductsAsync(10, Limits.PriceMax);
        foreach (var product in products[..9])
            Assert.Equal(201, (await AddAsync(product, Limits.QuantityMax)).Status);
        AssertTooDear(await AddAsync(products[9], Limits.QuantityMax), products[9]);
        AssertTooDear(await SetAsync(products[9], Limits.QuantityMax), products[9]);
        // To the piece.
        var fits = (Limits.MoneyMax - (9 * LineMax)) / Limits.PriceMax;
        AssertTooDear(await SetAsync(products[9], fits + 1), products[9]);
        Assert.Equal(201, (await SetAsync(products[9], fits)).Status);
        AssertTooDear(await AddAsync(products[9], 1), products[9]);
        Assert.Equal((9 * LineMax) + (fits * Limits.PriceMax), (await GetAsync()).Number("totalAmount"));
    }

    [Fact]
    public async Task What_can_be_put_in_can_be_bought()
    {
        var products = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => AddProductAsync(i % 4 == 0 ? 1 : Limits.PriceMax - i)));
        var changes = Gen.Select(Gen.Int[0, 11], Gen.Bool, Gen.Long[1, Limits.QuantityMax]).Array[12, 30];
        await changes.SampleAsync(
            async steps =>
            {
                var user = Calls.NewId("u");
                foreach (var (i, isSet, quantity) in steps)
                {
                    CartChange change = isSet ? new CartChange.Set(products[i], quantity) : new CartChange.Add(products[i], quantity);
                    await store.App.GetRequiredService<CartWriter>().ChangeAsync(user, change);
                }
                var cart = (await store.App.GetRequiredService<CartWriter>().FindAsync(user, CancellationToken.None))!;
                OrderItem[] items = [.. cart.Items.Select(item => new OrderItem(item.ProductId, item.Quantity))];
                var draft = OrderRules.Draft(new OrderRequest(user, "k", items, null)).Value!;
                var found = await Products.FindManyAsync([.. draft.Items.Select(item => item.ProductId)], CancellationToken.None);
                Assert.True(OrderRules.Accept(draft, [.. draft.Items.Select(item => found[item.ProductId])], DateTimeOffset.UnixEpoch)
                    .Succeeded);
            },
            iter: 20, threads: 1, writeLine: TestContext.Current.TestOutputHelper!.WriteLine);
    }

    [Fact]
    public async Task A_cart_whose_prices_have_risen_beyond_what_can_be_held_has_no_total_until_it_shrinks()
    {
        var products = await AddProductsAsync(10, 1);
        foreach (var product in products)
            Assert.Equal(201, (await AddAsync(product, Limits.QuantityMax)).Status);
        foreach (var product in products)
            await PriceAsync(store.App, product, Limits.PriceMax);
        var cart = await GetAsync();
        Assert.Equal((200, 10, null), (cart.Status, cart.Body!["items"]!.AsArray().Count, cart.Body["totalAmount"]));
        var less = await SetAsync(products[0], 999_999);
        Assert.Equal((200, null), (less.Status, less.Body!["totalAmount"]));
        AssertTooDear(await AddAsync(products[0], 1), products[0]);
        Assert.Equal((9 * LineMax) + Limits.PriceMax, (await SetAsync(products[0], 1)).Number("totalAmount"));
        Assert.Equal((9 * LineMax) + Limits.PriceMax, (await GetAsync()).Number("totalAmount"));
    }

    [Fact]
    public async Task A_cart_that_was_given_back_too_much_shows_no_number_that_cannot_be_held()
    {
        var products = await AddProductsAsync(5, Limits.PriceMax);
        ShoppingCart cart = CartRules.Empty(_user, DateTimeOffset.UnixEpoch);
        CartItem[] back = [.. products.Select(product => new CartItem(product, 2 * Limits.QuantityMax))];
        await store.Database[CommerceDatabase.Accounts].CreateItemAsync(CartRules.GiveBack(cart, "o-1", back, DateTimeOffset.UnixEpoch));
        Assert.Null((await GetAsync()).Body!["totalAmount"]);
        Assert.Equal(200, (await SetAsync(products[0], 1)).Status);
        Assert.Equal((8 * LineMax) + Limits.PriceMax, (await GetAsync()).Number("totalAmount"));
    }

    [Fact]
    public async Task What_would_be_refused_at_prices_that_another_process_has_lowered_is_taken()
    {
        var products = await AddProductsAsync(10, Limits.PriceMax);
        foreach (var product in products[..9])
            await AddAsync(product, Limits.QuantityMax);
        AssertTooDear(await AddAsync(products[9], Limits.QuantityMax), products[9]);
        await PriceAsync(store.NewProcess(), products[0], 1);
        Assert.Equal(201, (await AddAsync(products[9], Limits.QuantityMax)).Status);
    }

    [Fact]
    public async Task One_product_too_many_is_refused_by_field()
    {
        var product = await AddProductAsync(1);
        await store.Database[CommerceDatabase.Accounts].CreateItemAsync(CartRules.Empty(_user, DateTimeOffset.UnixEpoch) with
        {
            Items = [.. Enumerable.Range(0, Limits.CartItemsMax).Select(n => new CartItem($"p{n}", 1))],
        });
        foreach (var reply in (Reply[])[await AddAsync(product, 1), await SetAsync(product, 1)])
            Assert.Equal((409, "cart-full", "productId"), (reply.Status, reply.Problem, (string?)reply.Body!["errors"]![0]!["field"]));
    }

    [Fact]
    public async Task Who_comes_while_a_thousand_changes_wait_for_a_cart_is_told_to_come_again()
    {
        using var gate = new GatedWrites();
        var carts = store.NewProcess(gate.Network).GetRequiredService<CartWriter>();
        Task<Result<CartOutcome>> AddAsync() => carts.ChangeAsync(_user, new CartChange.Add("p", 1));
        List<Task<Result<CartOutcome>>> taken = [AddAsync()];
        await gate.Arrived;
        taken.AddRange(Enumerable.Range(0, 1_000).Select(_ => AddAsync()));

        var refused = await AddAsync();

        gate.Open();
        Assert.Equal(new Failure(ErrorCode.Busy, "Too many requests are waiting for this cart. Try again shortly."), refused.Failure);
        Assert.All(await Task.WhenAll(taken), static outcome => Assert.True(outcome.Succeeded));
        Assert.Equal(1_001, CartRules.QuantityOf((await carts.FindAtPrimaryAsync(_user))!, "p"));
    }

    /// <summary>Changes that wait for a cart are written together, and one that would be refused does not take the others' part.</summary>
    [Fact]
    public async Task What_another_process_has_made_cheap_enough_is_taken_also_beside_what_was_never_too_dear()
    {
        var products = await AddProductsAsync(10, Limits.PriceMax);
        foreach (var product in products[..9])
            await AddAsync(product, Limits.QuantityMax);
        using var gate = new GatedWrites { IsOpen = true };
        var carts = store.NewProcess(gate.Network).GetRequiredService<CartWriter>();
        var tooDear = new CartChange.Add(products[9], Limits.QuantityMax);
        Assert.Equal(ErrorCode.Validation, (await carts.ChangeAsync(_user, tooDear)).Failure!.Code);
        await PriceAsync(store.App, products[0], 1);
        gate.IsOpen = false;

        List<Task<Result<CartOutcome>>> changes = [carts.ChangeAsync(_user, new CartChange.Set(products[1], 1))];
        await gate.Arrived;
        changes.Add(carts.ChangeAsync(_user, new CartChange.Set(products[1], Limits.QuantityMax)));
        changes.Add(carts.ChangeAsync(_user, tooDear));
        gate.Open();

        Assert.All(await Task.WhenAll(changes), static outcome => Assert.True(outcome.Succeeded));
    }

    /// <summary>A network that holds the writes of carts until it is opened.</summary>
    private sealed class GatedWrites : IDisposable
    {
        private readonly TaskCompletionSource _arrived = new();
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GatedWrites() => Network = new(new FaultPlan(0, 0))
        {
            Watch = async (call, isAfter) =>
            {
                if (IsOpen || isAfter || call is not { Container: "accounts", IsWrite: true })
                    return;
                _arrived.TrySetResult();
                await _opened.Task;
            },
        };

        public CosmosFaultHandler Network { get; }

        public bool IsOpen { get; set; }

        /// <summary>A write is held.</summary>
        public Task Arrived => _arrived.Task.WaitAsync(TestContext.Current.CancellationToken);

        public void Open() => _opened.SetResult();

        public void Dispose() => Network.Dispose();
    }
}
