using System.Globalization;
using System.Text.Json.Nodes;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>What operators order, and how the redelivery hears of it on a host that refuses and loses events.</summary>
public sealed class RedeliveryTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Orders_in_any_order_leave_nothing_paused_that_was_resumed_and_nothing_parked_that_was_released()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var hub = new RedeliveryHub(fixture.Redelivery);
        await ParkAsync(fixture, 5);
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);

        var orders = Enumerable.Range(0, Orders).Select(_ => (What: random.Next(4), Event: random.Next(5))).ToList();
        var senders = new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stop };
        await Parallel.ForEachAsync(orders, senders, async (order, _) =>
        {
            var status = await (order.What switch
            {
                0 => fixture.Operations.Pause(Request()),
                1 => fixture.Operations.Resume(Request(), hub),
                2 => fixture.Operations.RedeliverParked(Request(), hub),
                _ => fixture.Operations.Redeliver(Request(), $"{OrderId(order.Event)}.paid", hub),
            }).StatusAsync();
            Assert.InRange(status, 200, 202);
        });
        await fixture.Operations.Resume(Request(), hub);

        await Eventually.HoldsAsync(
            async () => await fixture.Store.CountAsync(DeliveryState.Delivered, Stop) == 5
                && await fixture.Switch.RefreshAsync(Stop) is { IsPaused: false, ReleaseParkedUntil: null },
            $"all delivered (seed {seed})");
    }

    /// <summary>One after the other, so that each order meets the redelivery of the one before at its end.</summary>
    [Fact]
    public async Task An_order_that_meets_the_redelivery_at_its_end_is_carried_out()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var hub = new RedeliveryHub(fixture.Redelivery);
        for (var i = 0; i < Orders / 4; i++)
        {
            Assert.Equal(202, await (fixture.Operations.RedeliverParked(Request(), hub)).StatusAsync());
            await Eventually.HoldsAsync(async () => (await fixture.Switch.RefreshAsync(Stop)).ReleaseParkedUntil is null, $"round {i}");
        }
        Assert.True(hub.Starts > 1, "It never ended, so nothing was tested.");
    }

    [Fact]
    public async Task What_is_ordered_or_recorded_while_the_task_hub_is_away_is_done_when_the_timer_finds_it_back()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var hub = new RedeliveryHub(fixture.Redelivery) { Fault = new IOException("The task hub is away.") };
        await ParkAsync(fixture, 1);
        await fixture.Watch.WatchAsync(hub, Stop);

        Assert.Equal(202, await fixture.Operations.RedeliverParked(Request(), hub).StatusAsync());
        await fixture.Operations.Pause(Request());
        await fixture.Functions.DeliverAsync(OrderEvents.Paid(await fixture.AddOrderAsync("o-waiting")), hub, Stop);
        Assert.Equal(200, await fixture.Operations.Resume(Request(), hub).StatusAsync());
        Assert.Equal(0, hub.Starts);
        hub.Fault = null;
        // Each look of those before is over when one more is made.
        await Eventually.HoldsAsync(async () =>
        {
            await fixture.Watch.WatchAsync(hub, Stop);
            return await fixture.Store.CountAsync(DeliveryState.Delivered, Stop) == 2;
        });
    }

    [Fact]
    public async Task The_status_tells_of_the_breakers_of_those_who_deliver_whoever_answers()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        var (one, other) = (fixture.Neighbour(fixture.Time), fixture.Neighbour(fixture.Time));
        Assert.Equal("closed", (string?)(await StatusAsync(fixture))["breaker"]);

        await one.BreakAsync();
        var open = await Eventually.Async(() => StatusAsync(fixture), status => (string?)status["breaker"] == "open", "a report");
        var since = (string?)open["openBreakers"]![0]!["openSince"];
        Assert.Equal("503 Service Unavailable", (string?)open["openBreakers"]![0]!["detail"]);
        await other.BreakAsync();
        await Eventually.Async(() => StatusAsync(fixture), status => status["openBreakers"]!.AsArray().Count == 2, "both");

        // A try that fails is a new report of the same outage; one that succeeds ends it, here and not there.
        fixture.Time.Shift(TimeSpan.FromMinutes(1));
        await one.ProbeAsync();
        var again = await Eventually.Async(
            () => StatusAsync(fixture),
            status => status["openBreakers"]!.AsArray().Any(breaker => Time(breaker, "reportedAt") > Time(breaker, "openSince")),
            "a report anew");
        Assert.Equal(since, (string?)again["openBreakers"]![0]!["openSince"]);
        one.Platform.AnswerWith(200);
        fixture.Time.Shift(TimeSpan.FromMinutes(1));
        await one.ProbeAsync();
        await Eventually.Async(() => StatusAsync(fixture), status => status["openBreakers"]!.AsArray().Count == 1, "one to close");

        // One that goes away takes its report along.
        await other.Report.DisposeAsync();
        Assert.Equal("closed", (string?)(await StatusAsync(fixture))["breaker"]);
    }

    /// <summary>Events are written each by itself; the breaker's state only when it changes.</summary>
    [Fact]
    public async Task A_delivery_costs_no_write_for_the_breaker()
    {
        await using var fixture = await DeliveryFixture.CreateAsync();
        // What is read anew every other second is there: absence is asked of the primary, by a request that looks like a write.
        await fixture.Switch.ChangeAsync(DeliveryControl.Resumed, Stop);
        await fixture.DispatchAsync("o-0");
        var orders = new List<OrderEventMessage>();
        for (var i = 1; i <= 20; i++)
            orders.Add(OrderEventMessage.Parse(OrderEvents.Paid(await fixture.AddOrderAsync($"o-{i}"))));
        var writes = 0;
        fixture.Database.Before = request => Interlocked.Add(ref writes, request.Method == HttpMethod.Post ? 1 : 0);

        foreach (var order in orders)
            await fixture.Dispatcher.DispatchAsync(order, Stop);

        Assert.Equal(20, writes);
    }

    /// <summary>How many orders are given: 200, times the environment variable <c>COMMERCE_EFFORT</c>.</summary>
    private static int Orders =>
        double.TryParse(Environment.GetEnvironmentVariable("COMMERCE_EFFORT"), CultureInfo.InvariantCulture, out var effort)
            ? (int)(200 * effort)
            : 200;

    private static string OrderId(int i) => OperationId.Order("u-1", $"k{i}");

    private static HttpRequest Request() =>
        new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() }.Request;

    private static async Task ParkAsync(DeliveryFixture fixture, int count)
    {
        fixture.Platform.AnswerWith(422);
        for (var i = 0; i < count; i++)
            Assert.Equal(DeliveryState.Parked, await fixture.DispatchAsync(OrderId(i)));
        fixture.Platform.AnswerWith(200);
    }

    private static async Task<JsonNode> StatusAsync(DeliveryFixture fixture)
    {
        var request = Request();
        using var answer = new MemoryStream();
        request.HttpContext.Response.Body = answer;
        await (await fixture.Operations.Status(request)).ExecuteAsync(request.HttpContext);
        return JsonNode.Parse(answer.ToArray())!;
    }

    private static DateTimeOffset Time(JsonNode? node, string name) =>
        DateTimeOffset.Parse((string)node![name]!, CultureInfo.InvariantCulture);
}

internal static class ResultStatus
{
    /// <summary>The status of an answer once it is carried out.</summary>
    public static async Task<int> StatusAsync(this Task<IResult> result)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        await (await result).ExecuteAsync(context);
        return context.Response.StatusCode;
    }
}
