using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using CsCheck;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cart;

public sealed class CartFunctionsTests(TestStore store) : CartCalls(store)
{
    private async Task<IEnumerable<(string, long)>> ItemsAsync() =>
        (await GetAsync()).Body!["items"]!.AsArray().Select(item => ((string)item!["productId"]!, (long)item["quantity"]!));

    [Fact]
    public async Task A_cart_shows_names_prices_and_stock_of_the_moment()
    {
        Assert.Equal((201, 201, 200),
            ((await AddAsync(Heart, 2)).Status, (await AddAsync(Lamp, 1)).Status, (await AddAsync(Heart, 1)).Status));
        var cart = await GetAsync();
        Assert.Equal(
            $$"""{"userId":"{{User}}","items":[{"productId":"{{Heart}}","name":"Heart","unitPrice":1000,"quantity":3,"stock":10},{"productId":"{{Lamp}}","name":"Lamp","unitPrice":25000,"quantity":1,"stock":2}],"totalAmount":28000}""",
            cart.Body!.ToJsonString());
        var heart = (await Store.App.GetRequiredService<ProductReader>().FindAsync(Heart, TestContext.Current.CancellationToken))!;
        await Store.App.GetRequiredService<CatalogWriter>().UpdateAsync(heart, "Heart", 900, ifMatch: false);
        Assert.Equal(27_700, (await GetAsync(("If-None-Match", cart.ETag))).Number("totalAmount"));
    }

    [Fact]
    public async Task A_reader_learns_that_nothing_has_changed()
    {
        Assert.Equal(304, (await GetAsync(("If-None-Match", (await GetAsync()).ETag))).Status);
        var added = await AddAsync(Heart, 2);
        Assert.Equal(304, (await GetAsync(("If-None-Match", added.ETag))).Status);
    }

    [Fact]
    public async Task Quantities_are_set_products_taken_out_and_the_cart_emptied()
    {
        await AddAsync(Heart, 2);
        Assert.Equal((200, 201), ((await SetAsync(Heart, 7)).Status, (await SetAsync(Lamp, 1)).Status));
        Assert.Equal([(Heart, 7), (Lamp, 1)], await ItemsAsync());
        Assert.Equal((200, 200), ((await RemoveAsync(Heart)).Status, (await RemoveAsync(Heart)).Status));
        Assert.Equal([(Lamp, 1)], await ItemsAsync());
        Assert.Equal((204, 204), ((await ClearAsync()).Status, (await ClearAsync()).Status));
        Assert.Empty(await ItemsAsync());
    }

    [Fact]
    public async Task What_the_catalog_does_not_have_cannot_be_put_in()
    {
        var reply = await AddAsync("nope", 1);
        Assert.Equal((404, "not-found", "productId"), (reply.Status, reply.Problem, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal("is not a product of the catalog", (string?)reply.Body["errors"]![0]!["message"]);
        Assert.Equal(404, (await SetAsync("nope", 1)).Status);
        Assert.Empty(await ItemsAsync());
    }

    [Fact]
    public async Task Whose_cart_or_which_product_must_be_named_well_also_to_take_something_out()
    {
        var tooLong = new string('x', Limits.IdentifierLengthMax + 1);
        Assert.Equal(400, (await RemoveAsync(tooLong)).Status);
        Assert.Equal(400, (await Store.App.CallAsync<CartFunctions>((functions, request) => functions.Clear(request, tooLong))).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_001)]
    public async Task A_quantity_out_of_bounds_is_refused(long quantity)
    {
        foreach (var reply in (Reply[])[await AddAsync(Heart, quantity), await SetAsync(Heart, quantity)])
            Assert.Equal((400, "quantity"), (reply.Status, (string?)reply.Body!["errors"]![0]!["field"]));
    }

    [Fact]
    public async Task Additions_that_bring_a_product_over_the_bound_are_refused()
    {
        await AddAsync(Heart, 1_000_000);
        var reply = await AddAsync(Heart, 1);
        Assert.Equal((400, "quantity"), (reply.Status, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal([(Heart, 1_000_000)], await ItemsAsync());
    }

    [Fact]
    public async Task No_addition_is_lost_however_many_come_at_once_and_from_wherever()
    {
        var processes = new IServiceProvider[] { Store.App, Store.NewProcess() };
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(n => AddAsync(processes[n % 2], n % 3 == 0 ? Lamp : Heart, 1)));
        Assert.All(replies, reply => Assert.InRange(reply.Status, 200, 201));
        Assert.Equal([(Heart, 40), (Lamp, 20)], (await ItemsAsync()).Order());
        Assert.Equal(2, replies.Count(reply => reply.Status == 201));
    }

    [Fact]
    public async Task Nothing_is_added_twice_whatever_the_store_and_the_network_do()
    {
        await Gen.ULong.SampleAsync(
            async seed =>
            {
                using var faults = new CosmosFaultHandler(new FaultPlan(seed, probability: 0.3));
                await using var process = Store.NewProcess(faults);
                var (user, cart) = ($"u-{seed}", process.GetRequiredService<CartWriter>());
                var (added, unknown) = (0, 0);
                foreach (var wave in Enumerable.Range(0, 24).Chunk(4))
                    await Task.WhenAll(wave.Select(_ => AddAsync()));
                var inCart = (await Store.App.GetRequiredService<CartWriter>().FindAsync(user, CancellationToken.None))?.Items.Sum(item =>
                    item.Quantity) ?? 0;
                Assert.InRange(inCart, added, added + unknown);

                async Task AddAsync()
                {
                    try
                    {
                        Assert.True((await cart.ChangeAsync(user, new CartChange.Add(Heart, 1))).Succeeded);
                        Interlocked.Increment(ref added);
                    }
                    catch (Exception fault) when (fault is CosmosException or HttpRequestException)
                    {
                        // It is not known whether that one was added.
                        Interlocked.Increment(ref unknown);
                    }
                }
            },
            iter: 4, threads: 1);
    }

    [Fact]
    public async Task A_change_may_be_bound_to_the_version_that_was_seen()
    {
        var empty = await GetAsync();
        var first = await AddAsync(Heart, 1, ("If-Match", empty.ETag));
        Assert.Equal(201, first.Status);
        var second = await AddAsync(Heart, 1, ("If-Match", first.ETag));
        Assert.Equal(200, second.Status);
        foreach (var stale in (Reply[])
            [await AddAsync(Heart, 1, ("If-Match", first.ETag)), await SetAsync(Heart, 9, ("If-Match", first.ETag)),
             await RemoveAsync(Heart, ("If-Match", first.ETag)), await ClearAsync(("If-Match", "nonsense"))])
        {
            Assert.Equal((412, "precondition-failed"), (stale.Status, stale.Problem));
            Assert.StartsWith("The cart is not the version", (string?)stale.Body!["detail"], StringComparison.Ordinal);
        }
        Assert.Equal([(Heart, 2)], await ItemsAsync());
    }

    [Fact]
    public async Task A_sale_of_a_product_in_it_does_not_hold_up_a_change_of_the_cart()
    {
        var seen = await AddAsync(Heart, 1);
        var heart = (await Store.App.GetRequiredService<ProductReader>().FindAsync(Heart, TestContext.Current.CancellationToken))!;
        await Store.App.GetRequiredService<CatalogWriter>().UpdateAsync(heart, "Heart", 1_100, ifMatch: false);
        Assert.Equal(200, (await GetAsync(("If-None-Match", seen.ETag))).Status);
        Assert.Equal(200, (await SetAsync(Heart, 3, ("If-Match", seen.ETag))).Status);
    }

    [Fact]
    public async Task Of_those_who_change_the_same_version_one_succeeds()
    {
        var seen = await AddAsync(Heart, 1);
        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AddAsync(Heart, 1, ("If-Match", seen.ETag))));
        Assert.Equal((1, 9), (replies.Count(reply => reply.Status == 200), replies.Count(reply => reply.Status == 412)));
        Assert.Equal([(Heart, 2)], await ItemsAsync());
    }

    [Fact]
    public async Task A_product_that_has_left_the_catalog_is_shown_without_name_and_price()
    {
        await AddAsync(Heart, 3);
        await AddAsync(Lamp, 1);
        await Store.Database[CommerceDatabase.Catalog].DeleteItemAsync<Product>(
            Product.DocumentId, new PartitionKey(Heart), cancellationToken: TestContext.Current.CancellationToken);
        var cart = await GetAsync();
        Assert.Equal($$"""{"productId":"{{Heart}}","quantity":3,"stock":0}""", cart.Body!["items"]![0]!.ToJsonString());
        Assert.Equal(25_000, cart.Number("totalAmount"));
    }
}
