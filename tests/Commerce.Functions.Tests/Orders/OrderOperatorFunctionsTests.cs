using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Tests.Orders;

/// <summary>The orders of all users, as an operator looks for them: a hundred of four users, a minute apart.</summary>
public sealed class OrderOperatorFunctionsTests(OrderOperatorFunctionsTests.Books books) : IClassFixture<OrderOperatorFunctionsTests.Books>
{
    private const int Count = 100;

    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("")]
    [InlineData("status=paid")]
    [InlineData("status=rejected&userId=u-1")]
    [InlineData("userId=u-3")]
    [InlineData("productId=p-2")]
    [InlineData("productId=p-2&userId=u-2&status=cancelled")]
    [InlineData("from=2026-03-02T09:30:00Z")]
    [InlineData("to=2026-03-02T09:30:00Z")]
    [InlineData("from=2026-03-02T09:10:00Z&to=2026-03-02T09:50:00.0000000Z&status=pending")]
    [InlineData("from=2026-03-02T09:10:00.5Z&to=2026-03-02T09:10:00.6Z")]
    [InlineData("userId=none")]
    public async Task All_that_match_are_found_newest_first_page_by_page(string filter)
    {
        var wanted = filter.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split('='))
            .ToDictionary(static part => part[0], static part => part[1]);
        var expected = books.Orders.Where(order =>
            (!wanted.TryGetValue("status", out var status) || OrderTransitions.NameOf(order.Status) == status)
            && (!wanted.TryGetValue("userId", out var user) || order.UserId == user)
            && (!wanted.TryGetValue("productId", out var product) || order.Lines.Any(line => line.ProductId == product))
            && (!wanted.TryGetValue("from", out var from) || order.CreatedAt >= DateTimeOffset.Parse(from, null))
            && (!wanted.TryGetValue("to", out var to) || order.CreatedAt <= DateTimeOffset.Parse(to, null)));

        foreach (var limit in new[] { 7, 100 })
        {
            var (found, cursor) = (new List<string>(), "");
            do
            {
                var page = await SearchAsync($"?{filter}&limit={limit}{cursor}");
                Assert.Equal(200, page.Status);
                found.AddRange(page.Body!["items"]!.AsArray().Select(static order => (string)order!["orderId"]!));
                cursor = (string?)page.Body["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
            }
            while (cursor.Length > 0);
            Assert.Equal(expected.OrderByDescending(static order => order.CreatedAt).Select(static order => order.Id), found);
        }
    }

    [Theory]
    [InlineData("status=Paid", "status")]
    [InlineData("status=", "status")]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-03-02", "to")]
    [InlineData("from=2026-03-02T09:00:00%2B01:00", "from")]
    [InlineData("userId=no%20user", "userId")]
    [InlineData("productId=", "productId")]
    [InlineData("limit=1000", "limit")]
    [InlineData("cursor=none", "cursor")]
    [InlineData("status=x&from=x&to=x&limit=x", "from to status limit")]
    public async Task A_search_that_cannot_be_made_says_all_that_is_wrong_with_it(string filter, string fields)
    {
        var reply = await SearchAsync($"?{filter}");
        Assert.Equal(400, reply.Status);
        Assert.Equal(
            fields.Split(' ').Order(), reply.Body!["errors"]!.AsArray().Select(static error => (string)error!["field"]!).Order());
    }

    [Theory]
    [InlineData("status=Paid", "must be one of pending, paid, rejected, cancelled")]
    [InlineData("from=yesterday", "must be a time such as 2026-03-02T09:00:00Z")]
    public async Task A_search_that_cannot_be_made_says_what_could(string filter, string message)
    {
        var reply = await SearchAsync($"?{filter}");
        Assert.Equal(message, (string?)Assert.Single(reply.Body!["errors"]!.AsArray())!["message"]);
    }

    private Task<Reply> SearchAsync(string query) => books.App.CallAsync<OrderOperatorFunctions>(
        static (functions, request) => functions.Search(request), null, ("Query", query));

    public sealed class Books : TestStore, IAsyncLifetime
    {
        internal IReadOnlyList<Order> Orders { get; } = [.. Enumerable.Range(0, Count).Select(OrderOf)];

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            foreach (var order in Orders)
                await Database[CommerceDatabase.Accounts].CreateItemAsync(order);
        }

        private static Order OrderOf(int i) => new()
        {
            Id = $"o-{i}",
            UserId = $"u-{i % 4}",
            Status = (OrderStatus)(i / 4 % 4),
            Fingerprint = "f",
            Lines = [new($"p-{i % 3}", "Lantern", 1, 1, 1), new($"q-{i}", "Rope", 1, 1, 1)],
            TotalAmount = 2,
            CreatedAt = Start.AddMinutes(i),
        };
    }
}
