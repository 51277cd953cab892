using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Cart;
using Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cart;

/// <summary>A change answers what has changed, or as little or as much as its client prefers.</summary>
public sealed class CartAnswerTests(TestStore store) : CartCalls(store)
{
    private static string Applied(Reply reply) => reply.Headers["Preference-Applied"].ToString();

    [Fact]
    public async Task A_change_answers_its_line_and_the_sums()
    {
        await AddAsync(Lamp, 2);
        var added = await AddAsync(Heart, 3);
        Assert.Equal((201, $"/api/users/{User}/cart", ""), (added.Status, added.Headers.Location.ToString(), Applied(added)));
        Assert.Equal(
            $$"""{"userId":"{{User}}","item":{"productId":"{{Heart}}","name":"Heart","unitPrice":1000,"quantity":3,"stock":10},"itemCount":2,"pieceCount":5,"totalAmount":53000}""",
            added.Body!.ToJsonString());
        var set = await SetAsync(Heart, 1);
        Assert.Empty(set.Headers.Location.ToString());
        Assert.Equal((200, 1, 51_000), (set.Status, (long)set.Body!["item"]!["quantity"]!, set.Number("totalAmount")));
        var removed = await RemoveAsync(Lamp);
        Assert.Equal((200, $$"""{"userId":"{{User}}","itemCount":1,"pieceCount":1,"totalAmount":1000}"""),
            (removed.Status, removed.Body!.ToJsonString()));
        Assert.Equal((await GetAsync()).ETag, removed.ETag);
        var cleared = await ClearAsync();
        Assert.Equal((204, (await GetAsync()).ETag), (cleared.Status, cleared.ETag));
    }

    [Fact]
    public async Task Who_prefers_little_gets_the_version_alone()
    {
        foreach (var change in (Func<(string, string), Task<Reply>>[])
            [prefer => AddAsync(Heart, 2, prefer), prefer => SetAsync(Heart, 3, prefer), prefer => RemoveAsync(Heart, prefer), prefer =>
                ClearAsync(prefer)])
        {
            var reply = await change(("Prefer", "return=minimal"));
            Assert.Equal((204, null, "return=minimal"), (reply.Status, reply.Body, Applied(reply)));
            Assert.Equal((await GetAsync()).ETag, reply.ETag);
        }
    }

    [Fact]
    public async Task Who_prefers_all_of_it_gets_the_whole_cart()
    {
        await AddAsync(Lamp, 2);
        foreach (var (change, status) in ((Func<(string, string), Task<Reply>>, int)[])
            [(prefer => AddAsync(Heart, 2, prefer), 201), (prefer => SetAsync(Heart, 3, prefer), 200),
                (prefer => RemoveAsync(Heart, prefer), 200), (prefer => ClearAsync(prefer), 200)])
        {
            var reply = await change(("Prefer", "handling=strict, return=\"representation\"; x=1, return=minimal"));
            var cart = await GetAsync();
            Assert.Equal((status, "return=representation", cart.ETag), (reply.Status, Applied(reply), reply.ETag));
            Assert.Equal(cart.Body!.ToJsonString(), reply.Body!.ToJsonString());
        }
    }

    [Fact]
    public async Task A_preference_that_is_not_known_is_not_applied()
    {
        var reply = await AddAsync(Heart, 2, ("Prefer", "return=everything, return"));
        Assert.Equal((201, "", 1), (reply.Status, Applied(reply), reply.Number("itemCount")));
    }

    [Fact]
    public async Task A_change_knows_what_this_process_has_done_to_a_price()
    {
        await AddAsync(Heart, 1);
        await AddAsync(Lamp, 1);
        var heart = (await Store.App.GetRequiredService<ProductReader>().FindAsync(Heart, TestContext.Current.CancellationToken))!;
        await Store.App.GetRequiredService<CatalogWriter>().UpdateAsync(heart, "Heart", 900, ifMatch: false);
        var changed = await SetAsync(Lamp, 2);
        Assert.Equal((50_900, (await GetAsync()).ETag), (changed.Number("totalAmount"), changed.ETag));
    }

    [Fact]
    public async Task The_line_of_a_change_is_as_it_is_stored_whoever_has_changed_it()
    {
        await AddAsync(Heart, 1);
        var there = Store.NewProcess();
        var heart = (await Store.App.GetRequiredService<ProductReader>().FindAsync(Heart, TestContext.Current.CancellationToken))!;
        await there.GetRequiredService<CatalogWriter>().UpdateAsync(heart, "Heart", 900, ifMatch: false);
        var changed = await AddAsync(Heart, 1);
        Assert.Equal((900, 1_800), ((long)changed.Body!["item"]!["unitPrice"]!, changed.Number("totalAmount")));
    }

    [Fact]
    public async Task A_change_reads_and_answers_no_more_the_longer_the_cart()
    {
        using var watched = new CosmosFaultHandler(new FaultPlan(0, probability: 0));
        await using var process = Store.NewProcess(watched);
        var products = await Task.WhenAll(Enumerable.Range(0, 300).Select(async n =>
        {
            var id = Calls.NewId($"many{n}");
            await Store.App.GetRequiredService<CatalogWriter>().CreateAsync(id, $"Product {n}", 10, stock: 1);
            return id;
        }));
        await process.GetRequiredService<ProductReader>().PeekManyAsync(products);
        await AddAsync(process, products[0], 1);
        var (few, fewBytes) = await CallsOfAsync(() => AddAsync(process, products[1], 1));
        await Task.WhenAll(products[2..^1]
            .Select(product => process.GetRequiredService<CartWriter>().ChangeAsync(User, new CartChange.Add(product, 1))));
        var (many, manyBytes) = await CallsOfAsync(() => AddAsync(process, products[^1], 1));
        Assert.Equal(few, many);
        Assert.InRange(manyBytes - fewBytes, -20, 20);

        async Task<(string Calls, int Bytes)> CallsOfAsync(Func<Task<Reply>> call)
        {
            List<string> calls = [];
            watched.Watch = (cosmosCall, isAfter) =>
            {
                if (!isAfter && cosmosCall.Operation != CosmosOperation.Metadata)
                    calls.Add($"{cosmosCall.Operation}");
                return Task.CompletedTask;
            };
            var reply = await call();
            watched.Watch = null;
            Assert.Equal(201, reply.Status);
            return (string.Join(' ', calls), reply.Body!.ToJsonString().Length);
        }
    }
}
