using Commerce.Functions.Cart;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Faults;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Checkouts on an instance whose replica lags answer as any other would.</summary>
public sealed class LaggingCheckoutTests(TestStore store) : IClassFixture<TestStore>, IAsyncDisposable
{
    private readonly OrderFixture _elsewhere = new(store, store.App);
    private readonly LaggingReplica _replica = store.NewReplica();

    private Task<Reply> CheckoutHereAsync(string user, string key, params (string, string)[] headers) =>
        CheckoutAsync(store.NewProcess(_replica.Handler()), user, key, headers);

    private static Task<Reply> CheckoutAsync(IServiceProvider process, string user, string key, params (string, string)[] headers) =>
        process.CallAsync<CheckoutFunctions>(
            (function, request) => function.Checkout(request, user, new FakeDurable(), new FakeRun(process)),
            body: null,
            [("Idempotency-Key", key), ("Prefer", "respond-async"), .. headers]);

    private async Task<string> AddToCartAsync(string user, string product, long quantity) =>
        (await store.App.CallAsync<CartFunctions>(
            (functions, request) => functions.Add(request, user), $$"""{"productId":"{{product}}","quantity":{{quantity}}}""")).ETag;

    [Fact]
    public async Task A_cart_that_was_just_filled_is_not_empty()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        await _replica.FreezeAsync();
        await AddToCartAsync(user, product, 2);
        Assert.Equal((202, 20), Placed(await CheckoutHereAsync(user, "k")));
        Assert.True(_replica.Answered > 0);
    }

    [Fact]
    public async Task A_repeat_answers_as_the_first_time()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        await _replica.FreezeAsync();
        await AddToCartAsync(user, product, 2);
        var first = await CheckoutAsync(store.App, user, "k");
        Assert.Equal((202, 20), Placed(first));
        // The cart is not known here, nor the order.
        Assert.Equal(first.ToString(), (await CheckoutHereAsync(user, "k")).ToString());
        Assert.Equal(first.ToString(), (await CheckoutHereAsync(user, "k", ("If-Match", "*"))).ToString());
    }

    [Fact]
    public async Task The_version_that_the_buyer_has_just_seen_is_bought()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        await AddToCartAsync(user, product, 1);
        await _replica.FreezeAsync();
        var seen = await AddToCartAsync(user, product, 1);
        Assert.Equal((202, 20), Placed(await CheckoutHereAsync(user, "k", ("If-Match", seen))));
    }

    [Fact]
    public async Task What_was_added_elsewhere_meanwhile_is_bought_too()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        await AddToCartAsync(user, product, 1);
        await _replica.FreezeAsync();
        await AddToCartAsync(user, product, 1);
        Assert.Equal((202, 20), Placed(await CheckoutHereAsync(user, "k")));
        Assert.Empty((await _elsewhere.Get<CartWriter>().FindAsync(user, TestContext.Current.CancellationToken))!.Items);
    }

    private static (int, long) Placed(Reply reply) =>
        reply.Status == 202 ? (reply.Status, reply.Number("totalAmount")) : throw new Xunit.Sdk.XunitException(reply.ToString());

    public ValueTask DisposeAsync() => _replica.DisposeAsync();
}
