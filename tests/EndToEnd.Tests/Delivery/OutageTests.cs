
namespace EndToEnd.Tests.Delivery;

/// <summary>An outage of the platform, with a crash of the shop in the middle of it.</summary>
public sealed class OutageTests(OutageShop shop) : IClassFixture<OutageShop>
{
    [Fact]
    public async Task No_event_is_lost_when_the_platform_is_down_and_the_shop_is_killed()
    {
        var events = OutageShop.EventIds(await shop.PlatformAsync()).ToList();
        events.AddRange(await OrderAsync(20));
        await shop.BehaveAsync(new { failStatus = 503 });
        events.AddRange(await OrderAsync(60));
        await shop.RestartAsync();
        await shop.BehaveAsync(new { hang = true });
        events.AddRange(await OrderAsync(60));
        await shop.RestartAsync();

        await shop.PlatformHasAsync(events);
        await Eventually.Async(shop.StatusAsync, answer => answer.Number("waiting") == 0, "an empty backlog");
        await shop.Client.AssertAuditAsync();
    }

    [Fact]
    public async Task A_pause_outlives_the_process_and_a_resume_sends_what_waited()
    {
        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/pause")).Expect(200);
        var events = (await OrderAsync(5)).ToList();
        await shop.RestartAsync();
        Assert.True((await shop.StatusAsync()).Json.GetProperty("paused").GetBoolean());
        events.AddRange(await OrderAsync(5));
        foreach (var eventId in events)
            await shop.InStateAsync(eventId, "waiting");

        (await shop.Client.SendAsync(HttpMethod.Post, "/api/ops/deliveries/resume")).Expect(200);

        foreach (var eventId in events)
            await shop.InStateAsync(eventId, "delivered");
        Assert.Empty(events.Except(OutageShop.EventIds(await shop.PlatformAsync())));
    }

    private async Task<IEnumerable<string>> OrderAsync(int count)
    {
        var events = new List<string>();
        foreach (var batch in Enumerable.Range(0, count).Chunk(20))
            events.AddRange(await Task.WhenAll(batch.Select(_ => shop.OrderAsync())));
        return events;
    }
}
