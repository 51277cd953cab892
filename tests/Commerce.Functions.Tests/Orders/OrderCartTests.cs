using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Tests.Orders;

/// <summary>An order and the cart that it came from change together, and no other cart does.</summary>
public sealed class OrderCartTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task A_checkout_empties_only_the_cart_that_it_was_made_of()
    {
        var (user, product, _) = await AcceptAsync();
        var other = await _fixture.AddProductAsync(10, 5);
        var carts = _fixture.Get<CartWriter>();
        var seen = (await carts.ChangeAsync(user, new CartChange.Add(product, 1))).Value!.Cart;
        await carts.ChangeAsync(user, new CartChange.Add(other, 2));
        var request = new OrderRequest(user, "checkout", [new OrderItem(product, 1)], null) { FromCart = true, Cart = seen };

        Assert.Equal(Failure.Superseded, (await _fixture.PlaceAsync(request)).Failure);

        Assert.Null(await _fixture.Placement.FindAsync(user, "checkout"));
        Assert.Equal([new CartItem(product, 1), new CartItem(other, 2)], (await carts.FindAtPrimaryAsync(user))!.Items);
        await AssertMoneyAsync(user, balance: 100, held: 10);
    }

    [Fact]
    public async Task A_checkout_of_a_version_that_is_no_more_buys_nothing()
    {
        var (user, product, _) = await AcceptAsync();
        var seen = await AddAsync();
        var now = await AddAsync();

        var refused = await CheckoutAsync(seen);

        Assert.Equal((412, "precondition-failed"), (refused.Status, refused.Problem));
        Assert.Null(await _fixture.Placement.FindAsync(user, "checkout"));
        Assert.Equal(2, CartRules.QuantityOf((await _fixture.Get<CartWriter>().FindAtPrimaryAsync(user))!, product));
        Assert.Equal(202, (await CheckoutAsync(now)).Status);

        async Task<string> AddAsync() => (await store.App.CallAsync<CartFunctions>(
            (functions, request) => functions.Add(request, user), $$"""{"productId":"{{product}}","quantity":1}""")).ETag;

        Task<Reply> CheckoutAsync(string version) => store.App.CallAsync<CheckoutFunctions>(
            (functions, request) => functions.Checkout(request, user, _fixture.Durable, new FakeRun(store.App)),
            body: null,
            ("Idempotency-Key", "checkout"), ("Prefer", "respond-async"), ("If-Match", version));
    }

    [Fact]
    public async Task An_order_that_came_from_no_cart_leaves_the_cart_alone_whatever_becomes_of_it()
    {
        var (user, product, pending) = await AcceptAsync();
        var (carts, soldOut) = (_fixture.Get<CartWriter>(), await _fixture.AddProductAsync(10, 0));
        var cart = (await carts.ChangeAsync(user, new CartChange.Add(product, 3))).Value!.Cart;

        Assert.Equal(OrderStatus.Paid, (await _fixture.RunAsync(pending)).Status);
        var refused = await _fixture.AcceptAsync(user, "refused", new OrderItem(soldOut, 1));
        Assert.Equal(OrderStatus.Rejected, (await _fixture.RunAsync(refused)).Status);

        Assert.Equal(cart.ETag, (await carts.FindAtPrimaryAsync(user))!.ETag);
    }

    /// <summary>Nobody who sees the order, and so nobody who polls for it, can find the cart as it was before.</summary>
    [Fact]
    public async Task The_cart_is_empty_as_soon_as_its_order_is_there_and_full_again_as_soon_as_it_is_rejected()
    {
        var user = await _fixture.AddUserAsync(100);
        var (carts, soldOut) = (_fixture.Get<CartWriter>(), await _fixture.AddProductAsync(10, 0));
        var cart = (await carts.ChangeAsync(user, new CartChange.Add(soldOut, 3))).Value!.Cart;
        var seen = new List<(OrderStatus? Status, int Items)>();
        using var watched = new AfterEachCall(async () =>
        {
            var order = await _fixture.Placement.FindAsync(user, "k");
            seen.Add((order?.Status, (await carts.FindAtPrimaryAsync(user))!.Items.Count));
        });
        var there = new OrderFixture(store, store.NewProcess(watched));
        watched.IsOn = true;

        var order = await there.AcceptAsync(
            new OrderRequest(user, "k", [new OrderItem(soldOut, 3)], null) { FromCart = true, Cart = cart });
        await there.RunAsync(order);

        Assert.Equal([(null, 1), (OrderStatus.Pending, 0), (OrderStatus.Rejected, 1)], seen.Distinct());
    }

    [Fact]
    public async Task A_rejection_that_would_give_back_into_a_cart_that_has_changed_is_made_anew()
    {
        var (user, product, pending) = await AcceptAsync();
        var carts = _fixture.Get<CartWriter>();
        var seen = (await carts.ChangeAsync(user, new CartChange.Add(product, 1))).Value!.Cart;
        var now = (await carts.ChangeAsync(user, new CartChange.Add(product, 2))).Value!.Cart;

        var reject = new AccountCommand.Reject(OrderWork.Of(pending), Failure.InsufficientStock("p", 1, 0), seen with { Items = [] });
        var answer = await _fixture.Get<AccountLedger>().SubmitAsync(user, reject);

        Assert.Equal(Failure.Superseded, answer.Failure);
        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(user, pending.Id)).Status);
        Assert.Equal(now.ETag, (await carts.FindAtPrimaryAsync(user))!.ETag);
        await AssertMoneyAsync(user, balance: 100, held: 10);
    }

    private async Task<(string User, string Product, Order Pending)> AcceptAsync()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(10, 5));
        return (user, product, await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
    }

    private async Task AssertMoneyAsync(string user, long balance, long held)
    {
        var account = await _fixture.AccountAsync(user);
        Assert.Equal((balance, held), (account.Balance, account.Held));
    }

    /// <summary>Looks at the store after each call of a process.</summary>
    private sealed class AfterEachCall(Func<Task> look) : DelegatingHandler
    {
        public bool IsOn { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (IsOn)
                await look();
            return response;
        }
    }
}
