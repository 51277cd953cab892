using System.Net;
using System.Text.Json.Nodes;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Http;
using Commerce.Shared;
using Commerce.Shared.Delivery;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>What operators are shown of the deliveries and may order, and what wakes the redelivery.</summary>
public sealed class DeliveryOperationsTests : IAsyncLifetime
{
    private readonly FakeDurable _durable = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().BuildServiceProvider();
    private DeliveryFixture _fixture = null!;

    public async ValueTask InitializeAsync() => _fixture = await DeliveryFixture.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        await _services.DisposeAsync();
        await _durable.DisposeAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "state")]
    [InlineData("?state=", "state")]
    [InlineData("?state=Parked", "state")]
    [InlineData("?state=parked&limit=0", "limit")]
    [InlineData("?state=parked&cursor=none", "cursor")]
    [InlineData("?state=lost&limit=x", "state limit")]
    public async Task A_list_that_cannot_be_made_says_all_that_is_wrong(string query, string fields)
    {
        var (status, body, _) = await AnswerAsync(_fixture.Operations.List, query);
        Assert.Equal(
            (400, fields), (status, string.Join(' ', body!["errors"]!.AsArray().Select(static error => (string?)error!["field"]))));
        if (fields.StartsWith("state", StringComparison.Ordinal))
            Assert.Equal("must be one of waiting, parked, delivered", (string?)body["errors"]![0]!["message"]);
    }

    [Fact]
    public async Task Each_state_has_a_list_of_its_own_and_a_cursor_leads_on_in_no_other()
    {
        for (var i = 0; i < 3; i++)
            await ParkAsync(i);
        await _fixture.DispatchAsync(OrderId(3));
        await _fixture.Switch.ChangeAsync(static control => control with { IsPaused = true }, Stop);
        await _fixture.DispatchAsync(OrderId(4));

        foreach (var (state, expected) in new[] { ("parked", new[] { 0, 1, 2 }), ("delivered", [3]), ("waiting", [4]) })
        {
            var all = await AnswerAsync(_fixture.Operations.List, $"?state={state}");
            Assert.Equal(expected.Select(EventId).Order(), EventIds(all.Body).Order());
            Assert.All(all.Body!["items"]!.AsArray(), delivery => Assert.Equal(state, (string?)delivery!["state"]));
            Assert.Null(all.Body["nextCursor"]);
        }
        var first = await AnswerAsync(_fixture.Operations.List, "?state=parked&limit=2");
        var cursor = Uri.EscapeDataString((string)first.Body!["nextCursor"]!);
        var second = await AnswerAsync(_fixture.Operations.List, $"?state=parked&limit=2&cursor={cursor}");
        Assert.Equal((2, 1), (EventIds(first.Body).Count, EventIds(second.Body).Count));
        Assert.Distinct(EventIds(first.Body).Concat(EventIds(second.Body)));
        Assert.Equal(400, (await AnswerAsync(_fixture.Operations.List, $"?state=waiting&cursor={cursor}")).Status);
    }

    [Fact]
    public async Task A_delivery_is_shown_with_its_attempts()
    {
        await ParkAsync(1);
        var (status, body, headers) = await AnswerAsync(request => _fixture.Operations.Show(request, EventId(1)));
        Assert.Equal((200, "parked", "422 Unprocessable Entity"),
            (status, (string?)body!["delivery"]!["state"], (string?)body["delivery"]!["reason"]));
        Assert.Equal(422, (int)body["attempts"]![0]!["status"]!);
        Assert.Equal((await _fixture.FindAsync(OrderId(1))).ETag, headers.ETag.ToString());
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("no id.paid")]
    [InlineData("0123456789abcdef0123456789abcdef.paid")]
    public async Task What_was_never_recorded_is_not_found_nor_sent_again(string eventId)
    {
        Func<HttpRequest, Task<IResult>>[] functions =
        [
            request => _fixture.Operations.Show(request, eventId),
            request => _fixture.Operations.Redeliver(request, eventId, _durable),
            request => Events().Get(request, eventId),
        ];
        foreach (var function in functions)
        {
            var (status, body, _) = await AnswerAsync(function);
            Assert.Equal((404, $"There is no delivery of an event '{eventId}'."), (status, (string?)body!["detail"]));
        }
        Assert.Empty(_durable.Started);
    }

    [Theory]
    [InlineData(422, "parked")]
    [InlineData(503, "waiting")]
    [InlineData(200, "delivered")]
    public async Task Whatever_has_become_of_an_event_an_operator_can_have_it_sent_once_more(int answered, string state)
    {
        _fixture.Platform.AnswerWith(answered);
        Assert.Equal(state, DeliveryStore.NameOf(await _fixture.DispatchAsync(OrderId(1))));
        _fixture.Platform.AnswerWith(200);

        var (status, body, _) = await AnswerAsync(request => _fixture.Operations.Redeliver(request, EventId(1), _durable));

        Assert.Equal((202, "waiting"), (status, (string?)body!["delivery"]!["state"]));
        Assert.Equal(Redelivery, Assert.Single(_durable.Started));
        var before = _fixture.Platform.Received.Count;
        await _fixture.DrainAllAsync();
        Assert.Equal(before + 1, _fixture.Platform.Received.Count);
        Assert.Equal(DeliveryState.Delivered, (await _fixture.FindAsync(OrderId(1))).State);
    }

    /// <summary>A delivery that is being sent just now changes under the operator's hands.</summary>
    [Fact]
    public async Task An_order_for_a_delivery_that_changes_meanwhile_is_given_again()
    {
        await ParkAsync(1);
        var races = 3;
        var reentered = false;
        _fixture.Database.Before = request =>
        {
            if (request.Method != HttpMethod.Put || reentered || races-- <= 0)
                return;
            reentered = true;
            Task.Run(async () => Assert.True(await _fixture.Store.TryReplaceAsync(await _fixture.FindAsync(OrderId(1))))).Wait(Stop);
            reentered = false;
        };
        var (status, _, _) = await AnswerAsync(request => _fixture.Operations.Redeliver(request, EventId(1), _durable));
        Assert.Equal(202, status);
        Assert.True(races < 0, $"{races}");
        Assert.Equal(DeliveryState.Waiting, (await _fixture.FindAsync(OrderId(1))).State);
    }

    [Fact]
    public async Task A_status_tells_how_much_waits_and_what_was_ordered()
    {
        Assert.Equal(
            """{"configured":true,"paused":false,"breaker":"closed","openBreakers":[],"waiting":0,"parked":0,"releasingParked":false}""",
            (await AnswerAsync(_fixture.Operations.Status)).Body!.ToJsonString());
        await ParkAsync(1);
        await ParkAsync(2);
        var paused = await AnswerAsync(_fixture.Operations.Pause);
        Assert.Equal((200, true), (paused.Status, (bool)paused.Body!["paused"]!));
        // The redelivery sees that before each event.
        Assert.Empty(_durable.Started);
        await _fixture.DispatchAsync(OrderId(3));

        var status = (await AnswerAsync(_fixture.Operations.Status)).Body!;
        Assert.Equal((true, 1, 2), ((bool)status["paused"]!, (int)status["waiting"]!, (int)status["parked"]!));
        Assert.NotNull(status["nextDueAt"]);
        var released = await AnswerAsync(request => _fixture.Operations.RedeliverParked(request, _durable));
        Assert.Equal((202, true), (released.Status, (bool)released.Body!["paused"]!));
        Assert.Equal(Redelivery, Assert.Single(_durable.Started));

        var resumed = await AnswerAsync(request => _fixture.Operations.Resume(request, new FakeDurable()));
        Assert.Equal((200, false), (resumed.Status, (bool)resumed.Body!["paused"]!));
        await _fixture.DrainAllAsync();
        Assert.Equal(0, (int)(await AnswerAsync(_fixture.Operations.Status)).Body!["parked"]!);
    }

    [Fact]
    public async Task A_pause_that_the_platform_asked_for_is_told_until_it_is_over_or_an_operator_resumes()
    {
        _fixture.Platform.AskToWait(HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(10));
        await _fixture.DispatchAsync(OrderId(1));
        Assert.NotNull((await AnswerAsync(_fixture.Operations.Status)).Body!["pausedByPlatformUntil"]);
        _fixture.Time.Shift(TimeSpan.FromMinutes(11));
        Assert.Null((await AnswerAsync(_fixture.Operations.Status)).Body!["pausedByPlatformUntil"]);

        await _fixture.DispatchAsync(OrderId(2));
        Assert.NotNull((await AnswerAsync(_fixture.Operations.Status)).Body!["pausedByPlatformUntil"]);
        Assert.Null((await AnswerAsync(request => _fixture.Operations.Resume(request, _durable))).Body!["pausedByPlatformUntil"]);
    }

    [Fact]
    public async Task Without_a_platform_the_status_says_so()
    {
        await using var fixture = await DeliveryFixture.CreateAsync(new DataPlatformOptions());
        Assert.False((bool)(await AnswerAsync(fixture.Operations.Status)).Body!["configured"]!);
    }

    [Fact]
    public async Task An_event_is_shown_byte_for_byte_as_the_platform_was_sent_it()
    {
        await _fixture.DispatchAsync(OrderId(1));
        var http = new DefaultHttpContext { RequestServices = _services };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await (await Events().Get(http.Request, EventId(1))).ExecuteAsync(http);
        Assert.Equal(_fixture.Platform.LastBody, body.ToArray());
        Assert.Equal(
            (200, _fixture.Platform.Last!.Content!.Headers.ContentType!.ToString(), "nosniff"),
            (http.Response.StatusCode, http.Response.ContentType, http.Response.Headers.XContentTypeOptions.ToString()));
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(422, false)]
    [InlineData(503, true)]
    public async Task The_redelivery_is_started_for_an_event_that_waits_and_for_no_other(int answered, bool starts)
    {
        _fixture.Platform.AnswerWith(answered);
        await DeliverAsync(1);
        Assert.Equal(starts ? [Redelivery] : [], _durable.Started);
    }

    /// <summary>It may be pausing for half a minute yet.</summary>
    [Fact]
    public async Task The_event_that_finds_the_platform_back_wakes_the_redelivery_once()
    {
        await _fixture.BreakAsync();
        _fixture.Platform.AnswerWith(200);
        _fixture.Time.Shift(TimeSpan.FromMinutes(1));
        await DeliverAsync(1);
        Assert.Equal(Redelivery, Assert.Single(_durable.Started));
        _durable.Set(RedeliveryOrchestrator.InstanceId, OrchestrationRuntimeStatus.Completed);
        // The check that follows the first event by a second is not the second's doing.
        var isSecond = new AsyncLocal<bool>();
        var startsForSecond = 0;
        _durable.Starting = _ => startsForSecond += isSecond.Value ? 1 : 0;
        isSecond.Value = true;
        await DeliverAsync(2);
        Assert.Equal(0, startsForSecond);
    }

    [Fact]
    public async Task The_redelivery_is_started_for_events_that_were_found_lost_and_for_nothing_else()
    {
        await _fixture.Functions.ReconcileAsync(new TimerInfo(), _durable, Stop);
        Assert.Empty(_durable.Started);
        await _fixture.PayAsync(OrderId(1));
        _fixture.Time.Shift(TimeSpan.FromHours(2));
        await _fixture.Functions.ReconcileAsync(new TimerInfo(), _durable, Stop);
        Assert.Equal(Redelivery, Assert.Single(_durable.Started));
        Assert.Equal(DeliveryState.Waiting, (await _fixture.FindAsync(OrderId(1))).State);
    }

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public async Task The_timer_starts_the_redelivery_for_what_waits_or_is_to_be_released(bool waits, bool isReleased, bool starts)
    {
        await ParkAsync(1);
        if (waits)
        {
            _fixture.Platform.AnswerWith(503);
            await _fixture.DispatchAsync(OrderId(2));
        }
        if (isReleased)
            await _fixture.Switch.ChangeAsync(control => control with { ReleaseParkedUntil = _fixture.Time.GetUtcNow() }, Stop);
        await _fixture.Watch.WatchAsync(_durable, Stop);
        Assert.Equal(starts ? [Redelivery] : [], _durable.Started);
    }

    private static (string, string) Redelivery => (RedeliveryOrchestrator.Name, RedeliveryOrchestrator.InstanceId);

    private static string OrderId(int i) => OperationId.Order("u-1", $"k{i}");

    private static string EventId(int i) => $"{OrderId(i)}.paid";

    private static List<string> EventIds(JsonNode? list) =>
        [.. list!["items"]!.AsArray().Select(static delivery => (string)delivery!["eventId"]!)];

    private EventFunctions Events() => new(new OrderStore(_fixture.Database.Database), _fixture.Store);

    private async Task DeliverAsync(int i) =>
        await _fixture.Functions.DeliverAsync(OrderEvents.Paid(await _fixture.AddOrderAsync(OrderId(i))), _durable, Stop);

    private async Task ParkAsync(int i)
    {
        _fixture.Platform.AnswerWith(422);
        Assert.Equal(DeliveryState.Parked, await _fixture.DispatchAsync(OrderId(i)));
        _fixture.Platform.AnswerWith(200);
    }

    private async Task<(int Status, JsonNode? Body, IHeaderDictionary Headers)> AnswerAsync(
        Func<HttpRequest, Task<IResult>> function, string query = "")
    {
        var request = Requests.With();
        request.HttpContext.RequestServices = _services;
        request.QueryString = new QueryString(query);
        return await Requests.AnswerAsync(await function(request), request);
    }
}
