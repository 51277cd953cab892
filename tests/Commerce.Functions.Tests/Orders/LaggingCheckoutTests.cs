using Commerce.Functions.Cart;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Checkouts on an instance whose replica lags answer as any other would.</summary>
public sealed class LaggingCheckoutTests(TestStore store) : IClassFixture<TestStore>, IAsyncDisposable
{
    private readonly OrderFixture _elsewhere = new(store, store.App);
    private readonly LaggingReplica _replica = store.NewReplica();

    private ServiceProvider Here() => store.NewProcess(_replica.Handler());

    private Task<Reply> CheckoutHereAsync(string user, string key, params (string, string)[] headers) =>
        CheckoutAsync(Here(), user, key, headers);

    private static Task<Reply> CheckoutAsync(
        IServiceProvider process, string user, string key, (string, string)[] headers, string? body = null) =>
        process.CallAsync<CheckoutFunctions>(
            (function, request) => function.Checkout(request, user, new FakeDurable(), new FakeRun(process)),
            body,
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
        var first = await CheckoutAsync(store.App, user, "k", []);
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

    /// <summary>A refusal is for good, so none may rest on the cart that a replica has.</summary>
    [Fact]
    public async Task What_a_cart_was_to_cost_is_judged_by_the_cart_that_there_is()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        await AddToCartAsync(user, product, 1);
        await _replica.FreezeAsync();
        await AddToCartAsync(user, product, 1);
        Assert.Equal((202, 20), Placed(await CheckoutAsync(Here(), user, "k", [], """{"expectedTotalAmount":20}""")));

        var refused = await CheckoutAsync(Here(), user, "other", [], """{"expectedTotalAmount":10}""");
        Assert.Equal((409, "cart-empty"), (refused.Status, refused.Problem));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_can_pay_what_is_in_the_cart_is_not_refused_for_what_was_in_it(bool isBoundToVersion)
    {
        var (user, product) = (await _elsewhere.AddUserAsync(10), await _elsewhere.AddProductAsync(10, 5));
        await AddToCartAsync(user, product, 2);
        await _replica.FreezeAsync();
        await store.App.CallAsync<CartFunctions>(
            (functions, request) => functions.Set(request, user, product), """{"quantity":1}""");
        Assert.Equal((202, 10), Placed(await CheckoutHereAsync(user, "k", isBoundToVersion ? [("If-Match", "*")] : [])));
    }

    private static (int, long) Placed(Reply reply) =>
        reply.Status == 202 ? (reply.Status, reply.Number("totalAmount")) : throw new Xunit.Sdk.XunitException(reply.ToString());

    public ValueTask DisposeAsync() => _replica.DisposeAsync();
}
