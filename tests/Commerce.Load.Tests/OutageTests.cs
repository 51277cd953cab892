using System.Text.Json.Nodes;
using Commerce.Load.Measuring;
using Commerce.Load.Outage;

namespace Commerce.Load.Tests;

/// <summary>Outages as a user stages them, against the fake shop.</summary>
public sealed class OutageTests : DriverTests
{
    [Fact]
    public async Task Healthy_and_dead_runs_take_turns_and_all_events_are_accounted_for()
    {
        var run = await RunAsync("--fault hang --pairs 2 --rate 50 --duration 0.5 --warm-up 0.2");

        Assert.True(run.ExitCode == 0, run.Output);
        // The first outage is the warm-up's.
        Assert.Equal(["{}", "{\"hang\":true}", "{}", "{\"hang\":true}", "{}", "{\"hang\":true}", "{}"], Shop.Platform.Behaviours);
        var outage = run.Report["outage"]!;
        Assert.Equal(2, outage["pairs"]!.AsArray().Count);
        Assert.True((double)outage["p99Ratio"]! > 0);
        Assert.Equal((Shop.Book.OrderCount, Shop.Book.OrderCount), ((int)outage["orders"]!, (int)outage["received"]!));
        Assert.Equal(["order, healthy", "order, dead"],
            run.Report["operations"]!.AsArray().Select(operation => (string)operation!["name"]!));
        // 2 ms before they came, and not those that waited for the end of an outage.
        Assert.InRange((double)outage["lag"]!["p50Ms"]!, 1, 50);
        Assert.Equal((long)run.Report["operations"]![0]!["ok"]!, (long)outage["lag"]!["count"]!);
        Assert.Equal(
            Shop.Platform.WaitingAtReturn.Skip(1), outage["outages"]!.AsArray().Select(facts => (int)facts!["backlog"]!));
        foreach (var facts in outage["outages"]!.AsArray())
        {
            Assert.Equal((3, 1, 3), ((int)facts!["attempts"]!, (int)facts["activeInstances"]!, (int)facts["redeliveryHistory"]!));
            Assert.InRange((int)facts["backlog"]!, 1, 30);
        }
    }

    [Fact]
    public async Task One_outage_takes_as_many_orders_as_asked_for_between_two_runs()
    {
        // However long it takes to tell the platform, the first order is placed after that.
        Shop.DelayOf = static request => TimeSpan.FromMilliseconds(request.Method == "PUT" ? 100 : 0);

        var run = await RunAsync("--fault 503 --count 200 --duration 0.3 --warm-up 0");

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Equal(["{}", "{\"failStatus\":503}", "{}"], Shop.Platform.Behaviours);
        Assert.Equal(["order, before", "order, dead", "order, after"],
            run.Report["operations"]!.AsArray().Select(operation => (string)operation!["name"]!));
        Assert.Equal([200], Shop.Platform.WaitingAtReturn);
        Assert.Equal((200, 200), ((int)run.Report["operations"]![1]!["ok"]!, (int)run.Report["outage"]!["outages"]![0]!["backlog"]!));
        Assert.Null(run.Report["outage"]!["p99Ratio"]);
    }

    [Fact]
    public async Task An_event_that_never_comes_fails_the_run_and_is_named()
    {
        Shop.Platform.LosesEvery = 25;

        var run = await RunAsync("--pairs 1 --rate 50 --duration 0.5 --warm-up 0 --patience 1");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("order-24.paid", (string)run.Report["outage"]!["missing"]![0]!);
        Assert.Contains("- missing: order-24.paid", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_under_a_second_id_fails_the_run_and_is_named()
    {
        Shop.Platform.RenamesEvery = 25;

        var run = await RunAsync("--pairs 1 --rate 50 --duration 0.5 --warm-up 0");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("order-24-again.paid", (string)run.Report["outage"]!["unexpected"]![0]!);
    }

    [Fact]
    public async Task An_audit_that_does_not_hold_fails_the_run()
    {
        Shop.Book.AuditFails = true;
        Assert.Equal(1, (await RunAsync("--pairs 1 --rate 20 --duration 0.2 --warm-up 0")).ExitCode);
    }

    [Fact]
    public async Task The_report_becomes_a_table_and_can_be_compared()
    {
        await RunAsync("--fault reset --pairs 1 --rate 50 --duration 0.3 --warm-up 0");

        var table = await InvokeAsync("table", ReportFile);
        var comparison = await InvokeAsync("--compare", ReportFile, ReportFile);

        Assert.Contains("| outage reset | order, healthy |", table.Output, StringComparison.Ordinal);
        Assert.Contains("| reset 1 |", table.Output, StringComparison.Ordinal);
        Assert.Contains("0 missing, 0 unexpected", table.Output, StringComparison.Ordinal);
        Assert.Contains("order, dead", comparison.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--fault slow")]
    [InlineData("--fault 200")]
    [InlineData("--pairs 0")]
    [InlineData("--rate 0")]
    public async Task Bad_input_is_exit_code_two(string arguments) => Assert.Equal(2, (await RunAsync(arguments)).ExitCode);

    [Fact]
    public void Runs_are_merged_by_their_latencies_not_by_their_percentiles()
    {
        var total = new RunTotal("order");
        foreach (var (requests, latency_ms) in new[] { (99, 10), (1, 1_000), (100, 10) })
        {
            var meter = new Meter(["order"], TimeProvider.System);
            for (var i = 0; i < requests; i++)
                meter.Record(0, TimeSpan.FromMilliseconds(latency_ms), Outcome.Ok, null);
            total.Add(meter, TimeSpan.FromSeconds(1), 50);
        }

        var summary = total.Summary();

        // One in two hundred is slow: not in the 99th percentile of all, though the second run has nothing else.
        Assert.InRange(summary.Latency.P99Ms, 9.9, 10.1);
        Assert.InRange(summary.Latency.MaxMs, 999, 1_001);
        Assert.Equal((200, 66.7, 0.75), (summary.Ok, summary.PerSecond, summary.CpuMs));
    }

    private Task<(int ExitCode, string Output, JsonNode Report)> RunAsync(string arguments) => InvokeAsync(
        ["outage", .. arguments.Split(' '), "--url", Shop.Url, "--users", "8", "--products", "10", "--clients", "8", "--report",
            ReportFile]);
}
