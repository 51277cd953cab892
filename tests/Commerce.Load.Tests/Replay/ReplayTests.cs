using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Commerce.Load.Tests.Fakes;

namespace Commerce.Load.Tests.Replay;

/// <summary>The whole command against a shop that keeps the contract, breaks connections, or lies.</summary>
public sealed class ReplayTests : DriverTests
{
    private const string Orders = """
        InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
        1,10001,A,6,12/1/10 8:26,1,17850,UK
        1,10002,B,4,12/1/10 8:26,2,17850,UK
        1,10001,A,1,12/1/10 8:26,1,17850,UK
        2,10003,C,3,12/1/10 8:28,3,,UK
        3,10001,A,5,12/1/10 8:30,1,17851,UK
        4,10003,C,2,12/1/10 8:31,3,17850,UK
        C5,10003,C,-2,12/1/10 8:40,3,17850,UK
        6,10004,D,1,12/1/10 8:40,4,17852,UK
        """;

    [Fact]
    public async Task Orders_are_placed_paid_cancelled_and_proved()
    {
        var run = await ReplayAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(["10001", "10002", "10003", "10004"], Shop.Book.ImportedIds);
        var replay = run.Report["replay"]!;
        Assert.Equal((5, 5, 1), ((int)replay["orders"]!, (int)replay["accepted"]!, (int)replay["cancelled"]!));
        Assert.Equal(["10001:12", "10002:4", "10003:3", "10004:1"],
            replay["topServed"]!.AsArray().Select(item => $"{item!["productId"]}:{item["quantity"]}"));
        Assert.Equal([("charge", 4), ("order", 5), ("cancel", 1)],
            run.Report["operations"]!.AsArray().Take(3).Select(operation => ((string)operation!["name"]!, (int)operation["ok"]!)));
    }

    [Fact]
    public async Task A_second_replay_changes_nothing_and_another_run_orders_anew()
    {
        await ReplayAsync();
        var charged = Shop.Book.Charged;

        var again = await ReplayAsync();
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.Equal((5, charged), (Shop.Book.OrderCount, Shop.Book.Charged));

        var anew = await ReplayAsync("--run", "second");
        Assert.True(anew.ExitCode == 0, anew.Output);
        Assert.Equal((10, charged * 2), (Shop.Book.OrderCount, Shop.Book.Charged));
    }

    [Theory]
    [InlineData(nameof(Fault.BreakBefore))]
    [InlineData(nameof(Fault.BreakAfter))]
    [InlineData(nameof(Fault.Busy))]
    [InlineData(nameof(Fault.Error))]
    public async Task A_request_that_breaks_is_repeated_with_its_key_until_it_is_answered(string fault)
    {
        var seen = new ConcurrentDictionary<string, int>();
        Shop.FaultOf = request =>
            seen.AddOrUpdate($"{request.Method}{request.Path}{request.Headers["Idempotency-Key"]}", 1, (_, times) => times + 1) == 1
                ? Enum.Parse<Fault>(fault) : Fault.None;

        var run = await ReplayAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(5, Shop.Book.OrderCount);
        Assert.InRange((int)run.Report["replay"]!["repeats"]!, 12, int.MaxValue);
    }

    [Fact]
    public async Task A_shop_that_restarts_in_the_middle_is_waited_for()
    {
        var url = new Uri(Shop.Url);
        var middle = new TaskCompletionSource();
        var orders = 0;
        Shop.FaultOf = request =>
        {
            if (request.Method != "POST" || !request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal)
                || Interlocked.Increment(ref orders) < 3)
                return Fault.None;
            middle.TrySetResult();
            return Fault.BreakAfter;
        };

        var running = ReplayAsync("--clients", "1", "--away", "60");
        await Task.WhenAny(middle.Task, running);
        await Shop.DisposeAsync();
        Shop = await FakeShop.StartAsync(Shop.Book, url.Port);
        var run = await running;

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(5, Shop.Book.OrderCount);
        Assert.InRange((int)run.Report["replay"]!["repeats"]!, 1, int.MaxValue);
    }

    [Fact]
    public async Task Refusals_are_told_by_their_reason()
    {
        Shop.Book.AddProduct("10003", price: 10, stock: 2);

        var run = await ReplayAsync("--clients", "1", "--budget", "0.5");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(1, (int)run.Report["replay"]!["refused"]!["insufficient-stock"]!);
        Assert.Equal(3, (int)run.Report["replay"]!["refused"]!["insufficient-balance"]!);
        Assert.Contains("insufficient-stock", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_answered_202_is_followed_until_it_is_paid()
    {
        Shop.Book.PendingReads = 2;

        var run = await ReplayAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(5, (int)run.Report["replay"]!["accepted"]!);
    }

    [Fact]
    public async Task An_order_refused_after_202_is_told_by_its_reason()
    {
        Shop.Book.RejectsLate = true;

        var run = await ReplayAsync();

        Assert.Equal(5, (int)run.Report["replay"]!["refused"]!["insufficient-stock"]!);
        Assert.Equal(0, (int)run.Report["replay"]!["accepted"]!);
    }

    [Fact]
    public async Task A_top_five_that_lags_is_waited_for()
    {
        Shop.Book.TopLag = 3;
        Assert.Equal(0, (await ReplayAsync()).ExitCode);
    }

    [Fact]
    public async Task What_others_bought_before_is_taken_into_account()
    {
        Shop.Book.AddProduct("10004", price: 7, stock: 100);
        Shop.Book.SellToStranger("10004", 50);

        var run = await ReplayAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(51, (int)run.Report["replay"]!["topCounted"]![0]!["quantity"]!);
    }

    [Fact]
    public async Task A_top_five_that_counts_wrongly_fails_the_replay()
    {
        Shop.Book.TopCountsTwice = true;

        var run = await ReplayAsync("--top-wait", "0");

        Assert.Equal(1, run.ExitCode);
        Assert.False((bool)run.Report["replay"]!["topHeld"]!);
        Assert.Contains("not what a plain count gives", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_has_shown_orders_which_were_never_paid_fails_the_replay()
    {
        Shop.Book.TopCountsUnpaid = true;

        var run = await ReplayAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("the list showed 3000000 pieces of 10001",
            (string?)Assert.Single(run.Report["replay"]!["duplicatesOrMissing"]!.AsArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_takes_more_than_was_agreed_to_fails_the_replay()
    {
        Shop.Book.Surcharge = 1;

        var run = await ReplayAsync("--budget", "3");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(5, run.Report["replay"]!["duplicatesOrMissing"]!.AsArray().Count);
        Assert.Contains("its buyer had agreed to", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_audit_that_does_not_hold_fails_the_replay()
    {
        Shop.Book.AuditFails = true;

        var run = await ReplayAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Audit did not hold", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_makes_two_orders_of_one_key_is_found_out()
    {
        Shop.Book.ForgetsKeys = true;
        var broken = 0;
        Shop.FaultOf = request =>
            request.Method == "POST" && request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal)
                && Interlocked.Increment(ref broken) == 1 ? Fault.BreakAfter : Fault.None;

        var run = await ReplayAsync("--budget", "3");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("was not placed by this replay", (string?)Assert.Single(run.Report["replay"]!["duplicatesOrMissing"]!.AsArray()),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_cannot_serve_is_given_up_after_the_patience()
    {
        Shop.FaultOf = _ => Fault.Busy;
        var run = await ReplayAsync("--patience", "1");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("not answered within 1 s", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_is_not_there_is_gone_however_long_the_patience()
    {
        await Shop.DisposeAsync();
        var run = await ReplayAsync("--patience", "86400", "--away", "1");

        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"The shop is gone: nobody has listened at {Shop.Url} for 1 s", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_that_goes_in_the_middle_ends_the_replay()
    {
        var middle = new TaskCompletionSource();
        Shop.FaultOf = request =>
        {
            if (request.Method == "POST" && request.Path.Value!.EndsWith("/orders", StringComparison.Ordinal))
                middle.TrySetResult();
            return Fault.None;
        };
        var running = ReplayAsync("--away", "1");
        await Task.WhenAny(middle.Task, running);
        await Shop.DisposeAsync();

        Assert.Equal(3, (await running).ExitCode);
    }

    private async Task<(int ExitCode, string Output, JsonNode Report)> ReplayAsync(params string[] more)
    {
        var file = Path.Combine(Folder, "orders.csv");
        await File.WriteAllTextAsync(file, Orders);
        File.Delete(ReportFile);
        return await InvokeAsync(["replay", file, "--url", Shop.Url, "--report", ReportFile, .. more]);
    }
}
