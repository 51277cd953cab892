using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Catalog;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Catalog;

public sealed class CatalogFunctionsTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly string _sku = Calls.NewId("p");

    private Task<Reply> PutAsync(string body, params (string, string)[] headers) =>
        store.App.CallAsync<CatalogOperatorFunctions>((functions, request) => functions.Put(request, _sku), body, headers);

    private Task<Reply> AdjustAsync(string key, long delta, string reason = "count", string? sku = null) =>
        store.App.CallAsync<CatalogOperatorFunctions>(
            (functions, request) =>
                functions.Adjust(request, sku ?? _sku), $$"""{"delta":{{delta}},"reason":"{{reason}}"}""", ("Idempotency-Key", key));

    private Task<Reply> GetAsync(params (string, string)[] headers) => GetAsync(_sku, headers);

    private Task<Reply> GetAsync(string sku, params (string, string)[] headers) =>
        store.App.CallAsync<ProductFunctions>((functions, request) => functions.Show(request, sku), headers: headers);

    private Task<Reply> ListAsync(string query) =>
        store.App.CallAsync<ProductFunctions>((functions, request) => functions.List(request), headers: ("Query", query));

    private Task<Reply> ImportAsync(string rows) => store.App.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Import(request), "productId,name,price,stock\n" + rows, ("Content-Type", "text/csv"));

    [Fact]
    public async Task A_product_is_created_changed_and_found_as_it_is()
    {
        Assert.Equal(404, (await GetAsync()).Status);
        var created = await PutAsync("""{"name":"하얀 하트","price":3400}""");
        Assert.Equal((201, $"/api/products/{_sku}"), (created.Status, created.Headers.Location.ToString()));
        var found = await GetAsync();
        Assert.Equal($$"""{"productId":"{{_sku}}","name":"하얀 하트","price":3400,"stock":0}""", found.Body!.ToJsonString(Readable));
        Assert.Equal(created.ETag, found.ETag);
        Assert.Equal(304, (await GetAsync(("If-None-Match", found.ETag))).Status);
        var changed = await PutAsync("""{"name":"하얀 하트","price":3500}""");
        Assert.Equal((200, 3_500), (changed.Status, changed.Number("price")));
        Assert.Equal(changed.ETag, (await GetAsync()).ETag);
    }

    private static System.Text.Json.JsonSerializerOptions Readable { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task A_change_of_price_loses_no_sale_that_happens_meanwhile()
    {
        await PutAsync("""{"name":"Heart","price":1}""");
        await AdjustAsync("first", 200);
        var stock = store.App.GetRequiredService<StockLedger>();
        var sales = Enumerable.Range(0, 100).Select(SellAsync);
        var prices = Enumerable.Range(1, 30).Select(n => PutAsync($$"""{"name":"Heart","price":{{n}}}"""));
        await Task.WhenAll(Task.WhenAll(sales), Task.WhenAll(prices));
        Assert.Equal(100, (await GetAsync()).Number("stock"));

        async Task SellAsync(int n)
        {
            // A line is taken at the price in force; where that is another, it is asked for again.
            for (long? price = 1; price is not null;)
                price = (await stock.SubmitAsync(_sku, new StockCommand.Reserve(_sku, $"o-{n}", 1, price.Value, IsPriceBound: false)))
                    .Failure?.TotalAmount;
        }
    }

    [Fact]
    public async Task Preconditions_guard_a_product()
    {
        Assert.Equal(412, (await PutAsync("""{"name":"Heart","price":1}""", ("If-Match", "*"))).Status);
        var created = await PutAsync("""{"name":"Heart","price":1}""", ("If-None-Match", "*"));
        Assert.Equal(201, created.Status);
        Assert.Equal(412, (await PutAsync("""{"name":"Heart","price":2}""", ("If-None-Match", "*"))).Status);
        var changed = await PutAsync("""{"name":"Heart","price":2}""", ("If-Match", created.ETag));
        Assert.Equal(200, changed.Status);
        var stale = await PutAsync("""{"name":"Heart","price":3}""", ("If-Match", created.ETag));
        Assert.Equal((412, "precondition-failed"), (stale.Status, stale.Problem));
        Assert.Equal(2, (await GetAsync()).Number("price"));
    }

    [Fact]
    public async Task Those_who_create_a_product_at_once_make_one()
    {
        var replies = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => PutAsync($$"""{"name":"Heart","price":{{n}}}""")));
        Assert.Equal(1, replies.Count(reply => reply.Status == 201));
        Assert.All(replies, reply => Assert.InRange(reply.Status, 200, 201));
    }

    [Theory]
    [InlineData("""{"price":1}""", "name")]
    [InlineData("""{"name":" ","price":1}""", "name")]
    [InlineData("""{"name":"x"}""", "price")]
    [InlineData("""{"name":"x","price":-1}""", "price")]
    [InlineData("""{"name":"x","price":1000000001}""", "price")]
    [InlineData("""{"name":"x","price":1,"stock":5}""", "stock")]
    public async Task A_product_without_proper_fields_is_refused(string body, string field)
    {
        var reply = await PutAsync(body);
        Assert.Equal((400, field), (reply.Status, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal(404, (await GetAsync()).Status);
    }

    [Fact]
    public async Task An_adjustment_is_made_once_a_key()
    {
        await PutAsync("""{"name":"Heart","price":1}""");
        var first = await AdjustAsync("delivery", 40);
        Assert.Equal((201, 40, 40), (first.Status, first.Number("delta"), first.Number("stock")));
        await AdjustAsync("broken", -3);
        Assert.Equal(first.ToString(), (await AdjustAsync("delivery", 40)).ToString());
        Assert.Equal((422, "idempotency-key-reused"),
            ((await AdjustAsync("delivery", 41)).Status, (await AdjustAsync("delivery", 41)).Problem));
        Assert.Equal(37, (await GetAsync()).Number("stock"));
    }

    [Fact]
    public async Task An_adjustment_below_zero_or_of_nothing_is_refused()
    {
        await PutAsync("""{"name":"Heart","price":1}""");
        var below = await AdjustAsync("a", -1);
        Assert.Equal((409, "insufficient-stock", 1, 0),
            (below.Status, below.Problem, below.Number("requested"), below.Number("available")));
        Assert.Equal((400, "validation"), ((await AdjustAsync("b", 0)).Status, (await AdjustAsync("b", 0)).Problem));
        Assert.Equal((404, "not-found"),
            ((await AdjustAsync("c", 1, sku: "nope")).Status, (await AdjustAsync("c", 1, sku: "nope")).Problem));
    }

    [Fact]
    public async Task An_import_that_is_repeated_changes_nothing_and_stock_is_only_the_first()
    {
        var rows = string.Concat(Enumerable.Range(0, 250).Select(n => $"{_sku}-{n:000},Name {n},{n},{n}\n"));
        var first = await ImportAsync(rows);
        Assert.Equal("""{"rows":250,"created":250,"updated":0,"unchanged":0}""", first.Body!.ToJsonString());
        await AdjustAsync("sold", -7, sku: $"{_sku}-010");
        Assert.Equal("""{"rows":250,"created":0,"updated":0,"unchanged":250}""", (await ImportAsync(rows)).Body!.ToJsonString());
        var changed = await ImportAsync($"{_sku}-010,New name,5,99\n{_sku}-new,New,1,0\n");
        Assert.Equal("""{"rows":2,"created":1,"updated":1,"unchanged":0}""", changed.Body!.ToJsonString());
        Assert.Equal(
            $$"""{"productId":"{{_sku}}-010","name":"New name","price":5,"stock":3}""",
                (await GetAsync($"{_sku}-010")).Body!.ToJsonString());
    }

    [Fact]
    public async Task An_import_that_was_cut_off_is_simply_repeated()
    {
        var rows = string.Concat(Enumerable.Range(0, 40).Select(n => $"{_sku}-{n:00},Name,1,5\n"));
        // What a killed import leaves: some of the products, whole.
        await ImportAsync(string.Concat(rows.Split('\n').Take(13).Select(row => row + "\n")));
        Assert.Equal("""{"rows":40,"created":27,"updated":0,"unchanged":13}""", (await ImportAsync(rows)).Body!.ToJsonString());
        Assert.Equal(5, (await GetAsync($"{_sku}-07")).Number("stock"));
    }

    [Fact]
    public async Task An_import_with_one_bad_row_imports_nothing()
    {
        var reply = await ImportAsync($"{_sku}-1,Name,1,1\n{_sku}-2,Name,-1,1\n");
        Assert.Equal((400, "row 3, price"), (reply.Status, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal(404, (await GetAsync($"{_sku}-1")).Status);
    }

    [Fact]
    public async Task All_products_are_listed_once_in_order_page_by_page_with_their_stock()
    {
        await ImportAsync(string.Concat(Enumerable.Range(0, 57).Select(n => $"{_sku}-{n:00},Name,1,{n}\n")));
        var (found, query) = (new List<(string Id, long Stock)>(), "?limit=10");
        while (true)
        {
            var page = await ListAsync(query);
            var items = page.Body!["items"]!.AsArray();
            Assert.InRange(items.Count, 1, 10);
            found.AddRange(items.Select(item => ((string)item!["productId"]!, (long)item["stock"]!)));
            if ((string?)page.Body["nextCursor"] is not { } cursor)
                break;
            query = $"?limit=10&cursor={cursor}";
        }
        Assert.Equal(found.OrderBy(item => item.Id, StringComparer.Ordinal), found);
        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.Equal(
            Enumerable.Range(0, 57).Select(n => ($"{_sku}-{n:00}", (long)n)),
                found.Where(item => item.Id.StartsWith(_sku, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Products_are_listed_whole_whatever_the_store_and_the_network_do()
    {
        await ImportAsync(string.Concat(Enumerable.Range(0, 60).Select(n => $"{_sku}-{n:00},Name,1,{n}\n")));
        using var faults = new CosmosFaultHandler(new FaultPlan(seed: 7, probability: 0.3));
        await using var process = store.NewProcess(faults);
        var reader = process.GetRequiredService<ProductReader>();
        var listed = new List<string> { _sku };
        for (var attempts = 0; listed.Count < 61; attempts++)
        {
            Assert.True(attempts < 100);
            try
            {
                listed.AddRange((await reader.ListAsync(listed[^1], 5, TestContext.Current.CancellationToken))
                    .Select(product => product.ProductId));
            }
            catch (Exception fault) when (fault is CosmosException or HttpRequestException)
            {
                // Four faults in a row: the client asks again.
            }
        }
        Assert.Equal(Enumerable.Range(0, 60).Select(n => $"{_sku}-{n:00}"), listed.Skip(1));
    }

    [Fact]
    public async Task Many_products_are_read_at_once_and_those_that_are_not_there_are_left_out()
    {
        await ImportAsync(string.Concat(Enumerable.Range(0, 150).Select(n => $"{_sku}-{n},Name,{n},1\n")));
        var reader = store.App.GetRequiredService<ProductReader>();
        foreach (var count in (int[])[0, 1, 2, 150])
        {
            var wanted = Enumerable.Range(0, count).Select(n => $"{_sku}-{n}").ToList();
            var found = await reader.FindManyAsync([.. wanted, "nope"], TestContext.Current.CancellationToken);
            Assert.Equal(wanted.Order(), found.Keys.Order());
            Assert.All(found.Values, product => Assert.Equal($"{_sku}-{product.Price}", product.ProductId));
        }
    }
}
