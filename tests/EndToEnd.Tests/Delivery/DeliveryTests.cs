using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Delivery;

public sealed class DeliveryTests(OutageShop shop) : IClassFixture<OutageShop>
{
    [Fact]
    public async Task Paid_and_cancelled_orders_arrive_signed_and_in_the_buyers_trace()
    {
        await shop.BehaveAsync();
        var paid = await shop.OrderAsync(("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        var orderId = paid[..paid.LastIndexOf('.')];
        (await shop.Client.CancelAsync(shop.UserId, orderId)).Expect(200);

        var platform = await Eventually.Async(
            shop.PlatformAsync, answer =>
                OutageShop.EventIds(answer).Count(id => id.StartsWith(orderId, StringComparison.Ordinal)) == 2, "both events");

        var item = OutageShop.Find(platform, paid);
        Assert.Equal("commerce.order.paid", item.GetProperty("type").GetString());
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", item.GetProperty("headers").GetProperty("traceparent").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(10, item.GetProperty("body").GetProperty("data").GetProperty("totalAmount").GetInt64());
        Assert.Equal(
            "cancelled",
            OutageShop.Find(platform, orderId + ".cancelled").GetProperty("body").GetProperty("data").GetProperty("status").GetString());
        var delivery = await shop.InStateAsync(paid, "delivered");
        Assert.Equal("delivered", Verdicts(delivery)[^1]);
    }

    public static TheoryData<string> Troubles =>
        ["""{"failNext":1}""", """{"failStatus":500}""", """{"failStatus":503,"retryAfterSeconds":1}""",
        """{"failStatus":429,"retryAfterSeconds":1}""", """{"failStatus":302}""", """{"hang":true}""", """{"slowMs":3000}""",
        """{"resetConnection":true}""", """{"rejectSignatures":true}""", """{"failStatus":500,"afterRecording":true}"""];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Trouble_that_passes_delays_an_event_and_nothing_else(string behaviour)
    {
        await shop.BehaveAsync(behaviour);
        var eventId = await shop.OrderAsync();
        var waiting = await Eventually.Async(
            () => shop.Client.GetAsync($"/api/ops/deliveries/{eventId}"), answer => answer.Code == 200, "the event to be handed over");
        Assert.NotEqual("parked", waiting.Json.GetProperty("delivery").GetProperty("state").GetString());

        await shop.BehaveAsync();
        await shop.InStateAsync(eventId, "delivered");

        Assert.Single(OutageShop.EventIds(await shop.PlatformAsync()), eventId);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(410)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task An_event_that_the_platform_will_not_have_is_parked_until_an_operator_sends_it_again(int status)
    {
        await shop.BehaveAsync(new { failStatus = status });
        var eventId = await shop.OrderAsync();
        var parked = await shop.InStateAsync(eventId, "parked");
        Assert.StartsWith($"{status} ", parked.Json.GetProperty("delivery").GetProperty("reason").GetString(), StringComparison.Ordinal);
        var list = (await shop.Client.GetAsync("/api/ops/deliveries?state=parked&limit=100")).Expect(200);
        Assert.Contains(list.Json.GetProperty("items").EnumerateArray(), item => item.GetProperty("eventId").GetString() == eventId);

        await shop.BehaveAsync();
        (await shop.Client.SendAsync(HttpMethod.Post, $"/api/ops/deliveries/{eventId}/redelivery")).Expect(202);

        var delivered = await shop.InStateAsync(eventId, "delivered");
        var verdicts = Verdicts(delivered);
        Assert.Contains("rejected", verdicts[..^1]);
        Assert.Equal("delivered", verdicts[^1]);
    }

    [Fact]
    public async Task A_pause_keeps_events_back_and_parked_ones_go_out_all_at_once()
    {
        await shop.BehaveAsync(new { failStatus = 422 });
        var parked = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => shop.OrderAsync()));
        foreach (var eventId in parked)
            await shop.InStateAsync(eventId, "parked");
        await shop.BehaveAsync();
        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/pause")).Expect(200);
        Assert.True((await shop.StatusAsync()).Json.GetProperty("paused").GetBoolean());
        var kept = await shop.OrderAsync();
        await shop.InStateAsync(kept, "waiting");

        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/redelivery")).Expect(202);
        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/resume")).Expect(200);

        foreach (var eventId in parked.Append(kept))
            await shop.InStateAsync(eventId, "delivered");
    }

    [Fact]
    public async Task A_message_that_is_no_event_ends_in_the_dead_letter_queue()
    {
        (await shop.Client.SendAsync(HttpMethod.Post, "/local/servicebus/queues/order-events/messages",
            """{"specversion":"1.0","id":"nonsense"}"""))
            .Expect(200, 201, 202);

        var dead = await Eventually.Async(
            () => shop.Client.GetAsync("/local/servicebus/queues/order-events/deadletters"),
            answer => answer.Expect(200).Body.Contains("nonsense", StringComparison.Ordinal),
            "the dead letter");
        Assert.DoesNotContain("\"commerce.order.paid\"", dead.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/ops/deliveries", "state")]
    [InlineData("/api/ops/deliveries?state=lost", "state")]
    [InlineData("/api/ops/deliveries?state=parked&limit=0", "limit")]
    [InlineData("/api/ops/deliveries?state=parked&cursor=x", "cursor")]
    public async Task A_list_that_there_is_not_is_refused(string path, string field)
    {
        var answer = (await shop.Client.GetAsync(path)).Expect(400);
        Assert.Equal(field, answer.Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_delivery_that_there_is_not_is_not_found()
    {
        Assert.Equal("not-found", (await shop.Client.GetAsync("/api/ops/deliveries/o-none.paid")).Expect(404).Problem);
        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/none/redelivery")).Expect(404);
    }

    /// <summary>What came of the attempts. On a busy machine an answer may come too late, which takes one more of them.</summary>
    private static string[] Verdicts(Answer delivery) =>
        [.. delivery.Json.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("verdict").GetString()!)];
}
