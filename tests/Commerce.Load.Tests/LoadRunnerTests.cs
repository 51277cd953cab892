using System.Text.Json.Nodes;
using Commerce.Load.Load.Scenarios;
using Commerce.Load.Tests.Fakes;
using CsCheck;

namespace Commerce.Load.Tests;

/// <summary>Scenarios as a user runs them, against the fake shop.</summary>
public sealed class LoadRunnerTests : DriverTests
{
    [Theory]
    [InlineData("charge", "charge")]
    [InlineData("browse", "browse")]
    [InlineData("product", "product")]
    [InlineData("top", "top")]
    [InlineData("order", "order")]
    [InlineData("order --zipf", "order")]
    public async Task A_closed_loop_of_a_number_of_requests_sends_just_that_many(string scenario, string operation)
    {
        var run = await RunAsync($"{scenario} --count 60 --warm-up 0 --clients 4");

        Assert.True(run.ExitCode == 0, run.Output);
        var summary = Assert.Single(run.Report["operations"]!.AsArray())!;
        Assert.Equal((operation, 60), ((string)summary["name"]!, (int)summary["ok"]!));
        Assert.Equal(60, (int)summary["latency"]!["count"]!);
    }

    [Fact]
    public async Task A_hot_product_sells_out_and_the_rest_are_refused_by_reason()
    {
        var run = await RunAsync("order --hot --stock 16 --count 32 --warm-up 0 --clients 32");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal((16, 16), ((int)run.Report["operations"]![0]!["ok"]!, (int)run.Report["operations"]![0]!["refused"]!));
        Assert.Equal("409 insufficient-stock", (string)run.Report["kinds"]![0]!["key"]!);
    }

    [Fact]
    public async Task A_hot_product_s_stock_is_spread_before_the_first_order()
    {
        var run = await RunAsync("order --hot --shards 4 --count 8 --warm-up 0 --clients 2");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal([$"{Assert.Single(Shop.Book.ImportedIds)} 4 before order 1"], Shop.Book.Spread);
    }

    [Fact]
    public async Task Baskets_are_ordered_whole()
    {
        var baskets = Path.Combine(Folder, "baskets.csv");
        await File.WriteAllTextAsync(baskets, "85123A,71053,22633\n22726\n", TestContext.Current.CancellationToken);

        var run = await RunAsync($"order --baskets {baskets} --count 40 --warm-up 0 --clients 2");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(["load-22633", "load-22726", "load-71053", "load-85123A"], Shop.Book.ImportedIds.Order(StringComparer.Ordinal));
        Assert.Equal(40, Shop.Book.OrderCount);
    }

    [Fact]
    public async Task An_open_loop_charges_a_stall_to_every_request_that_fell_due_in_it()
    {
        // One client, and a first answer that takes 600 ms: the 60 requests due meanwhile wait for it.
        var first = 0;
        Shop.DelayOf = request =>
            request.Path.Value!.EndsWith("/charges", StringComparison.Ordinal) && Interlocked.Increment(ref first) == 1
                ? TimeSpan.FromMilliseconds(600) : TimeSpan.Zero;

        var run = await RunAsync("charge --rate 100 --count 60 --warm-up 0 --clients 1");

        Assert.True(run.ExitCode == 0, run.Output);
        var latency = run.Report["operations"]![0]!["latency"]!;
        Assert.InRange((double)latency["p50Ms"]!, 150, 5_000);
        Assert.InRange((double)latency["maxMs"]!, 590, 5_000);
    }

    [Fact]
    public async Task What_fell_due_and_was_never_sent_is_a_failure_not_a_silence()
    {
        Shop.DelayOf = request =>
            request.Path.Value!.EndsWith("/charges", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(200) : TimeSpan.Zero;

        var run = await RunAsync("charge --rate 100 --duration 1 --warm-up 0 --clients 1");

        Assert.Equal("never sent", (string)run.Report["kinds"]![0]!["key"]!);
        Assert.InRange((int)run.Report["operations"]![0]!["failed"]!, 80, 1_000);
    }

    [Fact]
    public async Task An_audit_that_does_not_hold_fails_the_run()
    {
        Shop.Book.AuditFails = true;
        Assert.Equal(1, (await RunAsync("top --count 10 --warm-up 0")).ExitCode);
    }

    [Fact]
    public async Task A_run_in_which_nothing_succeeded_is_no_success()
    {
        Shop.FaultOf = request => request.Path.Value!.EndsWith("/charges", StringComparison.Ordinal) ? Fault.Error : Fault.None;

        var run = await RunAsync("charge --count 10 --warm-up 0 --clients 2");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(("500", 10), ((string)run.Report["kinds"]![0]!["key"]!, (int)run.Report["kinds"]![0]!["value"]!));
    }

    [Theory]
    [InlineData("charge")]
    [InlineData("charge --rate 50")]
    public async Task A_shop_that_goes_away_ends_the_run(string scenario)
    {
        var measured = new TaskCompletionSource();
        Shop.FaultOf = request =>
        {
            measured.TrySetResult();
            return Fault.None;
        };
        var running = RunAsync($"{scenario} --duration 86400 --warm-up 0 --clients 2 --away 1");
        await Task.WhenAny(measured.Task, running);
        await Shop.DisposeAsync();

        var run = await running;
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("The shop is gone", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_shops_process_is_measured_when_it_is_named()
    {
        var run = await RunAsync($"top --count 100 --warm-up 0 --pid {Environment.ProcessId}");

        Assert.InRange((double)run.Report["server"]!["cpuMsPerRequest"]!, 0, 1_000);
        Assert.InRange((double)run.Report["server"]!["workingSetMb"]!, 1, 10_000);
    }

    [Theory]
    [InlineData("top --pid 2147483647")]
    [InlineData("order --hot --zipf")]
    [InlineData("order --hot --shards 17")]
    [InlineData("order --clients 0")]
    [InlineData("order --clients x")]
    [InlineData("top --duration soon")]
    [InlineData("charge --rate -1")]
    [InlineData("charge --url ftp://example")]
    [InlineData("--compare missing-a.json missing-b.json")]
    [InlineData("order --baskets missing.csv")]
    [InlineData("")]
    public async Task Bad_input_is_exit_code_two(string arguments) => Assert.Equal(2, (await RunAsync(arguments)).ExitCode);

    [Fact]
    public void Zipf_asks_for_the_first_about_twice_as_often_as_for_the_second_and_for_all() =>
        Gen.Int[1, 100_000].Sample(seed =>
        {
            var zipf = new Zipf(20);
            var random = new Random(seed);
            var hits = new int[20];
            for (var draw = 0; draw < 20_000; draw++)
                hits[zipf.Next(random)]++;
            return hits.All(count => count > 0) && hits[0] / (double)hits[1] is > 1.8 and < 2.2;
        }, iter: 20);

    private Task<(int ExitCode, string Output, JsonNode Report)> RunAsync(string arguments)
    {
        string[] own = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return InvokeAsync(own.Length == 0 || own[0].StartsWith('-') ? own
            : own.Contains("--url") ? [.. own, "--users", "8"]
                : [.. own, "--url", Shop.Url, "--users", "8", "--products", "50", "--report", ReportFile]);
    }
}
