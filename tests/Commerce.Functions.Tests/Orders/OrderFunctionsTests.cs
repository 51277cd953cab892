using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Orders;

/// <summary>Placing, reading and cancelling orders as a client sees it. Nothing runs but what a test runs.</summary>
public sealed class OrderFunctionsTests(TestStore store) : IClassFixture<TestStore>
{
    private const string Async = "respond-async";

    private readonly OrderFixture _fixture = new(store, store.App);

    [Fact]
    public async Task An_order_is_accepted_then_paid_and_its_repeat_is_answered_with_what_came_of_it()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var accepted = await PostAsync(user, "k", Body((product, 2)));
        Assert.Equal((202, "pending", 20L), (accepted.Status, (string?)accepted.Body!["status"], accepted.Number("totalAmount")));
        var orderId = (string)accepted.Body["orderId"]!;
        Assert.Equal($"/api/users/{user}/orders/{orderId}", accepted.Headers.Location.ToString());

        await _fixture.RunAsync((await _fixture.Orders.FindAsync(user, orderId))!);
        var repeat = await PostAsync(user, "k", Body((product, 1), (product, 1)));
        Assert.Equal((201, "paid", orderId), (repeat.Status, (string?)repeat.Body!["status"], (string?)repeat.Body["orderId"]));
        Assert.Equal(422, (await PostAsync(user, "k", Body((product, 3)))).Status);
    }

    [Fact]
    public async Task An_order_that_cannot_be_paid_is_refused_with_the_numbers_and_can_be_looked_up()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(15));
        var refused = await PostAsync(user, "k", Body((product, 2)));
        Assert.Equal((409, "insufficient-balance", 20L, 15L),
            (refused.Status, refused.Problem, refused.Number("requested"), refused.Number("available")));
        var shown = await ShowAsync(user, refused.Headers.Location.ToString().Split('/')[^1]);
        Assert.Equal((200, "rejected", "insufficient-balance"),
            (shown.Status, (string?)shown.Body!["status"], (string?)shown.Body["rejection"]!["code"]));
    }

    [Theory]
    [InlineData(20, 202)]
    [InlineData(19, 409)]
    [InlineData(21, 409)]
    public async Task Who_says_what_it_is_to_cost_pays_that_or_nothing(long expected, int status)
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var body = $$"""{"items":[{"productId":"{{product}}","quantity":2}],"expectedTotalAmount":{{expected}}}""";
        var reply = await PostAsync(user, "k", body);
        Assert.Equal((status, status == 409 ? "price-changed" : null), (reply.Status, reply.Problem));
    }

    [Theory]
    [InlineData("{}", "is required")]
    [InlineData("""{"items":[]}""", "must have 1 to 1200 entries")]
    public async Task What_is_wrong_with_all_items_is_told_in_words(string body, string message)
    {
        var reply = await PostAsync(await _fixture.AddUserAsync(100), "k", body);
        Assert.Equal(message, (string?)Assert.Single(reply.Body!["errors"]!.AsArray())!["message"]);
    }

    [Theory]
    [InlineData("{}", "items")]
    [InlineData("""{"items":null}""", "items")]
    [InlineData("""{"items":[]}""", "items")]
    [InlineData("""{"items":[],"expectedTotalAmount":-1}""", "items expectedTotalAmount")]
    [InlineData("""{"items":[null]}""", "items[0].productId items[0].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":0},{"productId":"","quantity":1000001}]}""",
        "items[0].quantity items[1].productId items[1].quantity")]
    [InlineData("""{"items":[{"productId":"p","quantity":1}],"expectedTotalAmount":-1}""", "expectedTotalAmount")]
    [InlineData("""{"items":[{"productId":"none","quantity":1}]}""", "items[0].productId")]
    [InlineData("""{"items":[{"productId":"p","quantity":600000},{"productId":"p","quantity":600000}]}""", "items[1].quantity")]
    public async Task All_that_is_wrong_with_an_order_is_told_by_field_and_nothing_is_created(string body, string fields)
    {
        var user = await _fixture.AddUserAsync(100);
        var reply = await PostAsync(user, "k", body);
        Assert.Equal((400, "validation", fields), (reply.Status, reply.Problem, Fields(reply)));
        Assert.Null(await _fixture.Placement.FindAsync(user, "k"));
    }

    /// <summary>Ten thousand bad lines do not make an answer of ten thousand lines.</summary>
    [Fact]
    public async Task An_order_of_too_many_lines_is_refused_for_that_alone()
    {
        var reply = await PostAsync(
            await _fixture.AddUserAsync(1), "k", Body([.. Enumerable.Range(0, Limits.OrderLinesMax + 1).Select(static _ => ("", 0L))]));
        Assert.Equal((400, "items"), (reply.Status, Fields(reply)));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_placed_and_nothing_is_cancelled()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        Assert.Equal((400, "idempotency-key-missing"), StatusOf(await PostAsync(user, null, Body((product, 1)))));
        Assert.Equal((400, "idempotency-key-missing"), StatusOf(await CancelAsync(user, "o-1", null)));
    }

    [Fact]
    public async Task An_order_is_shown_until_the_reader_has_its_version_and_again_when_it_has_changed()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        var first = await ShowAsync(user, order.Id);
        Assert.Equal((200, "\"pending-0\""), (first.Status, first.ETag));
        var unchanged = await ShowAsync(user, order.Id, ("If-None-Match", first.ETag));
        Assert.Equal((304, null), (unchanged.Status, unchanged.Body));
        await _fixture.RunAsync(order);
        var changed = await ShowAsync(user, order.Id, ("If-None-Match", first.ETag));
        Assert.Equal((200, "\"paid-0\""), (changed.Status, changed.ETag));
    }

    [Fact]
    public async Task An_order_is_its_buyers_and_nobody_elses()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        var other = await _fixture.AddUserAsync(100);
        foreach (var refused in (Reply[])[await ShowAsync(other, order.Id), await CancelAsync(other, order.Id, "k")])
        {
            Assert.Equal((404, "not-found"), StatusOf(refused));
            Assert.Equal($"User '{other}' has no order '{order.Id}'.", (string?)refused.Body!["detail"]);
        }
        Assert.Empty((await ListAsync(other)).Body!["items"]!.AsArray());
        Assert.Equal((400, "validation"), StatusOf(await ShowAsync("no user", order.Id)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task A_list_pages_through_all_orders_of_a_user_newest_first(int limit)
    {
        var (product, user) = (await _fixture.AddProductAsync(1, 100), await _fixture.AddUserAsync(100));
        var placed = new List<string>();
        for (var i = 0; i < 7; i++)
            placed.Insert(0, (await _fixture.AcceptAsync(user, $"k{i}", new OrderItem(product, 1))).Id);

        var (listed, pages, cursor) = (new List<string>(), 0, "");
        do
        {
            var page = await ListAsync(user, $"?limit={limit}{cursor}");
            Assert.Equal(200, page.Status);
            listed.AddRange(page.Body!["items"]!.AsArray().Select(static order => (string)order!["orderId"]!));
            cursor = (string?)page.Body["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
            pages++;
        }
        while (cursor.Length > 0);

        Assert.Equal(placed, listed);
        Assert.Equal((7 + limit - 1) / limit, pages);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?cursor=none", "cursor")]
    [InlineData("?limit=&cursor=b3JkZXJzCm5vIHRpbWU", "limit cursor")]
    public async Task A_list_that_cannot_be_made_says_why(string query, string fields)
    {
        var reply = await ListAsync("u-1", query);
        Assert.Equal((400, fields), (reply.Status, Fields(reply)));
    }

    [Fact]
    public async Task A_paid_order_is_cancelled_in_its_time_and_no_other_is()
    {
        var (product, user) = (await _fixture.AddProductAsync(10, 5), await _fixture.AddUserAsync(100));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        var early = await CancelAsync(user, order.Id, "early");
        Assert.Equal((409, "order-not-cancellable", order.Id), (early.Status, early.Problem, (string?)early.Body!["orderId"]));
        await _fixture.RunAsync(order);

        var asked = await CancelAsync(user, order.Id, "k");
        Assert.Equal((202, "paid", Async),
            (asked.Status, (string?)asked.Body!["status"], asked.Headers["Preference-Applied"].ToString()));
        Assert.Null(await _fixture.Steps.RefundOrder(OrderWork.Of((await _fixture.Orders.FindAsync(user, order.Id))!)));
        await _fixture.Steps.CompleteCancellation(OrderWork.Of(order));

        var repeat = await CancelAsync(user, order.Id, "k");
        Assert.Equal((200, "cancelled", "\"cancelled-0\""), (repeat.Status, (string?)repeat.Body!["status"], repeat.ETag));
        Assert.Equal((409, "order-not-cancellable"), StatusOf(await CancelAsync(user, order.Id, "early")));
        Assert.Equal((404, "not-found"), StatusOf(await CancelAsync(user, OperationId.Order(user, "none"), "another")));
        Assert.Equal((400, "validation"), StatusOf(await CancelAsync(user, "none", "another")));
    }

    private static (int, string?) StatusOf(Reply reply) => (reply.Status, reply.Problem);

    private static string Fields(Reply reply) =>
        string.Join(' ', reply.Body!["errors"]!.AsArray().Select(static error => (string?)error!["field"]));

    private static string Body(params (string ProductId, long Quantity)[] items) =>
        $$"""{"items":[{{string.Join(',', items.Select(static item =>
            $$"""{"productId":"{{item.ProductId}}","quantity":{{item.Quantity}}}"""))}}]}""";

    private static (string, string)[] Headers(string? key) =>
        key is null ? [("Prefer", Async)] : [("Prefer", Async), ("Idempotency-Key", key)];

    private Task<Reply> CallAsync(
        Func<OrderFunctions, HttpRequest, Task<IResult>> function, string? body = null, params (string, string)[] headers) =>
        store.App.CallAsync(function, body, headers);

    private Task<Reply> PostAsync(string user, string? key, string body) => CallAsync(
        (functions, request) => functions.PostOrder(request, user, _fixture.Durable, new FakeRun(store.App)), body, Headers(key));

    private Task<Reply> ShowAsync(string user, string orderId, params (string, string)[] headers) =>
        CallAsync((functions, request) => functions.ShowOrder(request, user, orderId), null, headers);

    private Task<Reply> ListAsync(string user, string query = "") =>
        CallAsync((functions, request) => functions.ListOrders(request, user), null, ("Query", query));

    private Task<Reply> CancelAsync(string user, string orderId, string? key) => CallAsync(
        (functions, request) => functions.PostCancellation(request, user, orderId, _fixture.Durable), null, Headers(key));
}
