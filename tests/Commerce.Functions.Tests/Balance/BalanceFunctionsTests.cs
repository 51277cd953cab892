using Commerce.Functions.Balance;
using Commerce.Functions.Http;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Balance;

public sealed class BalanceFunctionsTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly string _user = Calls.NewId("u");

    private Task<Reply> ChargeAsync(string key, string body) =>
        store.App.CallAsync<BalanceFunctions>((functions, request) => functions.Charge(request, _user), body, ("Idempotency-Key", key));

    private Task<Reply> BalanceAsync(params (string, string)[] headers) =>
        store.App.CallAsync<BalanceFunctions>((functions, request) => functions.Get(request, _user), headers: headers);

    private Task<Reply> EntriesAsync(string query = "") =>
        store.App.CallAsync<BalanceFunctions>((functions, request) => functions.List(request, _user), headers: ("Query", query));

    [Fact]
    public async Task A_user_never_seen_has_nothing()
    {
        var reply = await BalanceAsync();
        Assert.Equal((200, 0, "KRW", null),
            (reply.Status, reply.Number("balance"), (string?)reply.Body!["currency"], reply.Body["updatedAt"]));
        Assert.Equal(304, (await BalanceAsync(("If-None-Match", reply.ETag))).Status);
        Assert.Equal("""{"items":[]}""", (await EntriesAsync()).Body!.ToJsonString());
    }

    [Fact]
    public async Task A_charge_answers_what_it_left_and_a_repeat_answers_the_same()
    {
        await ChargeAsync("a", """{"amount":10000}""");
        var reply = await ChargeAsync("b", """{"amount":2500}""");
        Assert.Equal((201, 2_500, 12_500, _user),
            (reply.Status, reply.Number("amount"), reply.Number("balance"), (string?)reply.Body!["userId"]));
        await ChargeAsync("c", """{"amount":1}""");
        Assert.Equal(reply.ToString(), (await ChargeAsync("b", """{"amount":2500}""")).ToString());
        Assert.Equal(12_501, (await BalanceAsync()).Number("balance"));
    }

    [Fact]
    public async Task A_key_stands_for_one_amount()
    {
        await ChargeAsync("a", """{"amount":10000}""");
        var reply = await ChargeAsync("a", """{"amount":10001}""");
        Assert.Equal((422, "idempotency-key-reused"), (reply.Status, reply.Problem));
        Assert.Equal(10_000, (await BalanceAsync()).Number("balance"));
    }

    [Theory]
    [InlineData("""{"amount":0}""")]
    [InlineData("""{"amount":-1}""")]
    [InlineData("""{"amount":1000000000001}""")]
    [InlineData("""{"amount":null}""")]
    [InlineData("""{"amount":1.5}""")]
    [InlineData("{}")]
    public async Task A_charge_without_a_proper_amount_is_refused_and_changes_nothing(string body)
    {
        var reply = await ChargeAsync("a", body);
        Assert.Equal((400, "validation", "amount"), (reply.Status, reply.Problem, (string?)reply.Body!["errors"]![0]!["field"]));
        Assert.Equal(0, (await BalanceAsync()).Number("balance"));
    }

    [Fact]
    public async Task A_balance_that_would_become_too_large_is_refused_with_the_numbers()
    {
        var ledger = store.App.GetRequiredService<AccountLedger>();
        await ledger.SubmitAsync(_user, new AccountCommand.Charge(_user, "all", Limits.MoneyMax - 3));
        var reply = await ChargeAsync("a", """{"amount":4}""");
        Assert.Equal((409, "balance-limit-exceeded", 4, 3),
            (reply.Status, reply.Problem, reply.Number("requested"), reply.Number("available")));
    }

    [Fact]
    public async Task A_charge_that_was_refused_is_refused_the_same_when_there_is_room_again()
    {
        var ledger = store.App.GetRequiredService<AccountLedger>();
        await ledger.SubmitAsync(_user, new AccountCommand.Charge(_user, "all", Limits.MoneyMax - 3));
        var refused = await ChargeAsync("a", """{"amount":4}""");
        await PayAsync("o-1", 1_000);
        Assert.Equal(refused.ToString(), (await ChargeAsync("a", """{"amount":4}""")).ToString());
        Assert.Equal(422, (await ChargeAsync("a", """{"amount":5}""")).Status);
        Assert.Equal(201, (await ChargeAsync("b", """{"amount":4}""")).Status);
    }

    [Fact]
    public async Task What_an_order_holds_is_shown_until_it_is_decided()
    {
        await ChargeAsync("a", """{"amount":100}""");
        var order = OrderOf("o-1", 30);
        await store.App.GetRequiredService<AccountLedger>().SubmitAsync(_user, new AccountCommand.Place(order, null, IsFinal: true));
        var held = await BalanceAsync();
        Assert.Equal((100, 30), (held.Number("balance"), held.Number("held")));
        await store.App.GetRequiredService<AccountLedger>().SubmitAsync(_user, new AccountCommand.Pay(OrderWork.Of(order)));
        var paid = await BalanceAsync(("If-None-Match", held.ETag));
        Assert.Equal((200, 70, 0), (paid.Status, paid.Number("balance"), paid.Number("held")));
    }

    private async Task PayAsync(string orderId, long amount)
    {
        var (ledger, order) = (store.App.GetRequiredService<AccountLedger>(), OrderOf(orderId, amount));
        Assert.True((await ledger.SubmitAsync(_user, new AccountCommand.Place(order, null, IsFinal: true))).Succeeded);
        Assert.True((await ledger.SubmitAsync(_user, new AccountCommand.Pay(OrderWork.Of(order)))).Succeeded);
    }

    private Order OrderOf(string orderId, long amount) => new()
    {
        Id = orderId,
        UserId = _user,
        Status = OrderStatus.Pending,
        Fingerprint = "f",
        Lines = [new("p", "P", amount, 1, amount)],
        TotalAmount = amount,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public async Task A_balance_is_a_new_version_after_each_change()
    {
        await ChargeAsync("a", """{"amount":1}""");
        var first = await BalanceAsync();
        Assert.Equal(304, (await BalanceAsync(("If-None-Match", first.ETag))).Status);
        await ChargeAsync("b", """{"amount":1}""");
        var second = await BalanceAsync(("If-None-Match", first.ETag));
        Assert.Equal((200, 2), (second.Status, second.Number("balance")));
        Assert.NotEqual(first.ETag, second.ETag);
    }

    [Fact]
    public async Task Entries_are_listed_newest_first_without_refused_charges_page_by_page()
    {
        for (var n = 1; n <= 7; n++)
            await ChargeAsync($"k{n}", $$"""{"amount":{{n}}}""");
        var ledger = store.App.GetRequiredService<AccountLedger>();
        await ledger.SubmitAsync(_user, new AccountCommand.Charge(_user, "refused", Limits.MoneyMax));
        await PayAsync("o-paid", 20);

        var (amounts, query) = (new List<long>(), "?limit=3");
        while (true)
        {
            var page = await EntriesAsync(query);
            amounts.AddRange(page.Body!["items"]!.AsArray().Select(entry => (long)entry!["amount"]!));
            if ((string?)page.Body["nextCursor"] is not { } cursor)
                break;
            // What comes in between the pages does not move them.
            await ChargeAsync(cursor[^8..], """{"amount":100}""");
            query = $"?limit=3&cursor={cursor}";
        }
        Assert.Equal([-20, 7, 6, 5, 4, 3, 2, 1], amounts);
        var paid = (await EntriesAsync("?limit=100")).Body!["items"]!.AsArray().Single(entry => (string?)entry!["kind"] == "payment")!;
        Assert.Equal(("o-paid", 8), ((string?)paid["orderId"], (long)paid["balanceAfter"]!));
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        var cursor = Cursor.Encode("products", "5");
        Assert.Equal((400, "cursor"),
            ((await EntriesAsync($"?cursor={cursor}")).Status,
                (string?)(await EntriesAsync($"?cursor={cursor}")).Body!["errors"]![0]!["field"]));
    }
}
