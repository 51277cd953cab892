using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Http;

/// <summary>
/// Every list is read page by page, and what the pages hold together is what was written: nothing twice, nothing missing, in order. Some
/// of it has the same time, with the end of a page in between.
/// </summary>
public sealed class SecondPageTests(TestStore store) : IClassFixture<TestStore>
{
    private const int Count = 7;
    private const int PageSize = 3;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly string _user = Calls.NewId("u");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_users_orders_are_listed_whole_over_several_pages()
    {
        var written = await AddOrdersAsync(Count);

        var listed = await PagesAsync<OrderFunctions>(
            (functions, request) => functions.ListOrders(request, _user), "orderId");

        AssertSame(written.Select(order => order.Id), listed);
        AssertNewestFirst(written, listed);
    }

    [Fact]
    public async Task Orders_that_are_searched_for_are_listed_whole_over_several_pages()
    {
        var written = await AddOrdersAsync(Count);

        var listed = await PagesAsync<OrderOperatorFunctions>(
            (functions, request) => functions.Search(request), "orderId", $"&userId={_user}");
        var ofAll = await PagesAsync<OrderOperatorFunctions>((functions, request) => functions.Search(request), "orderId");

        AssertSame(written.Select(order => order.Id), listed);
        AssertNewestFirst(written, listed);
        AssertSame(written.Select(order => order.Id), ofAll.Where(id => written.Any(order => order.Id == id)));
    }

    /// <summary>A page reads no more than a thousand orders, however few it has found.</summary>
    [Fact]
    public async Task Orders_of_a_product_are_found_though_they_are_further_apart_than_a_page_reads()
    {
        var written = await AddOrdersAsync(OrderSearch.ReadMax + 5, n => n is 0 or 1 or OrderSearch.ReadMax + 4 ? "wanted" : "other");

        var pages = new List<int>();
        var listed = await PagesAsync<OrderOperatorFunctions>(
            (functions, request) => functions.Search(request), "orderId", $"&userId={_user}&productId=wanted", pages);

        AssertSame(new[] { 0, 1, OrderSearch.ReadMax + 4 }.Select(n => written[n].Id), listed);
        Assert.Equal([1, 2], pages);
    }

    [Fact]
    public async Task The_entries_of_a_balance_are_listed_whole_over_several_pages()
    {
        var ledger = store.App.GetRequiredService<AccountLedger>();
        for (var n = 0; n < Count; n++)
            await ledger.SubmitAsync(_user, new AccountCommand.Charge(_user, $"k{n}", 1));

        var listed = await PagesAsync<BalanceFunctions>((functions, request) => functions.List(request, _user), "entryId");

        Assert.Equal(Enumerable.Range(0, Count).Reverse().Select(n => OperationId.Charge(_user, $"k{n}")), listed);
    }

    [Fact]
    public async Task The_movements_of_a_stock_are_listed_whole_over_several_pages()
    {
        var product = Calls.NewId("p");
        await store.App.GetRequiredService<CatalogWriter>().CreateAsync(product, "Product", 1, stock: 1);
        for (var n = 1; n < Count; n++)
        {
            await store.App.GetRequiredService<StockLedger>()
                .SubmitAsync(product, new StockCommand.Adjust(product, $"k{n}", 1, "why"));
        }

        var listed = await PagesAsync<MovementFunctions>((functions, request) => functions.List(request, product), "movementId");

        Assert.Equal(
            Enumerable.Range(1, Count - 1).Reverse().Select(n => OperationId.Adjustment(product, $"k{n}")).Append(OperationId.InitialStock),
            listed);
    }

    [Fact]
    public async Task Products_are_listed_whole_over_several_pages()
    {
        var prefix = Calls.NewId("p");
        string[] written = [.. Enumerable.Range(0, Count).Select(n => $"{prefix}-{n}")];
        foreach (var product in written)
            await store.App.GetRequiredService<CatalogWriter>().CreateAsync(product, "Product", 1, stock: 0);

        var listed = await PagesAsync<ProductFunctions>((functions, request) => functions.List(request), "productId");

        Assert.Equal(written, listed.Where(id => id.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.Equal(listed.Distinct().Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task Deliveries_of_a_state_are_listed_whole_over_several_pages()
    {
        var deliveries = store.App.GetRequiredService<DeliveryStore>();
        EventDelivery[] written = [.. Enumerable.Range(0, Count).Select(n =>
        {
            var reference = OrderEvents.Ref(OrderEvents.PaidType, OperationId.Order(_user, $"k{n}"), _user, Start);
            return EventDelivery.Of(reference, TimeOf(n));
        })];
        await Task.WhenAll(written.Select(deliveries.RecordAsync));

        var listed = await PagesAsync<DeliveryOperatorFunctions>(
            (functions, request) => functions.List(request), "eventId", "&state=waiting");

        AssertSame(written.Select(delivery => delivery.Id), listed);
        Assert.Equal(
            written.Select(delivery => delivery.UpdatedAt).OrderDescending(),
            listed.Select(id => written.Single(delivery => delivery.Id == id).UpdatedAt));
        // A cursor of one state's list is none of another's.
        var page = await PageAsync<DeliveryOperatorFunctions>((functions, request) => functions.List(request), "?limit=1&state=waiting");
        var other = await PageAsync<DeliveryOperatorFunctions>(
            (functions, request) => functions.List(request), $"?state=parked&cursor={page.Body!["nextCursor"]}");
        Assert.Equal((400, "cursor"), (other.Status, (string?)other.Body!["errors"]![0]!["field"]));
    }

    private static DateTimeOffset TimeOf(int n) => Start.AddSeconds((n + 1) / 4);

    private static void AssertSame(IEnumerable<string> written, IEnumerable<string> listed) =>
        Assert.Equal(written.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));

    private static void AssertNewestFirst(Order[] written, List<string> listed) => Assert.Equal(
        written.Select(order => order.CreatedAt).OrderDescending(),
        listed.Select(id => written.Single(order => order.Id == id).CreatedAt));

    private async Task<Order[]> AddOrdersAsync(int count, Func<int, string>? productOf = null)
    {
        Order[] orders = [.. Enumerable.Range(0, count).Select(n => new Order
        {
            Id = OperationId.Order(_user, $"k{n}"),
            UserId = _user,
            Status = OrderStatus.Rejected,
            Fingerprint = "f",
            Lines = [new(productOf?.Invoke(n) ?? "p", "Product", 1, 1, 1)],
            TotalAmount = 1,
            CreatedAt = TimeOf(n),
        })];
        var accounts = store.Database[CommerceDatabase.Accounts];
        await Parallel.ForEachAsync(orders, Stop, async (order, ct) => await accounts.CreateItemAsync(order, cancellationToken: ct));
        return orders;
    }

    /// <summary>All pages of a list, each full but the last, of which there are two at least.</summary>
    /// <param name="list">The list.</param>
    /// <param name="id">The field that an item is known by.</param>
    /// <param name="query">What else is asked for.</param>
    /// <param name="sizes">Filled with the sizes of the pages, which may be any then.</param>
    private async Task<List<string>> PagesAsync<T>(
        Func<T, HttpRequest, Task<IResult>> list, string id, string query = "", List<int>? sizes = null)
        where T : class
    {
        var (found, pages) = (new List<string>(), 0);
        for (string? cursor = ""; cursor is not null; pages++)
        {
            Assert.True(pages < 1_000, "There is always one more page.");
            var page = await PageAsync(list, $"?limit={PageSize}{query}{cursor}");
            Assert.Equal(200, page.Status);
            string[] items = [.. page.Body!["items"]!.AsArray().Select(item => (string)item![id]!)];
            cursor = (string?)page.Body["nextCursor"] is { } next ? $"&cursor={next}" : null;
            if (sizes is null)
                Assert.InRange(items.Length, cursor is null ? 1 : PageSize, PageSize);
            sizes?.Add(items.Length);
            found.AddRange(items);
        }
        Assert.True(pages > 1);
        return found;
    }

    private Task<Reply> PageAsync<T>(Func<T, HttpRequest, Task<IResult>> list, string query)
        where T : class => store.App.CallAsync(list, headers: ("Query", query));
}
