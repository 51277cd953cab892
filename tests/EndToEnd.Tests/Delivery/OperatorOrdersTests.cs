using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Delivery;

/// <summary>Operators, or their scripts, that give their orders in any order and all at once.</summary>
public sealed class OperatorOrdersTests(OutageShop shop) : IClassFixture<OutageShop>
{
    private const int Senders = 8;

    [Fact]
    public async Task Orders_in_any_order_leave_nothing_paused_that_was_resumed_and_nothing_parked_that_was_released()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        await shop.BehaveAsync(new { failStatus = 422 });
        var events = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => shop.OrderAsync()));
        foreach (var eventId in events)
            await shop.InStateAsync(eventId, "parked");
        await shop.BehaveAsync();

        string[] orders = ["pause", "resume", "redelivery", .. events.Select(eventId => $"{eventId}/redelivery")];
        await GiveAllAsync(random.GetItems(orders, Effort.Scaled(200)));
        await GiveAllAsync(["resume", "redelivery"]);

        foreach (var eventId in events)
            await shop.InStateAsync(eventId, "delivered");
        await QuietAsync($"seed {seed}");
    }

    /// <summary>With nothing to do the redelivery has always just ended, or is about to and past hearing of an order.</summary>
    [Fact]
    public async Task An_order_that_meets_the_redelivery_at_its_end_is_carried_out()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        for (var round = 0; round < Effort.Scaled(20); round++)
        {
            await GiveAllAsync(random.GetItems(["resume", "redelivery", "redelivery"], random.Next(1, 20)));
            await GiveAllAsync(["resume"]);
            await QuietAsync($"seed {seed}, round {round}");
        }
    }

    private Task GiveAllAsync(IEnumerable<string> orders) => Parallel.ForEachAsync(
        orders,
        new ParallelOptions { MaxDegreeOfParallelism = Senders },
        async (order, _) => (await shop.Client.SendAsync(HttpMethod.Post, $"/api/ops/deliveries/{order}")).Expect(200, 202));

    private Task<Answer> QuietAsync(string when) => Eventually.Async(
        shop.StatusAsync,
        answer => !answer.Json.GetProperty("paused").GetBoolean()
            && !answer.Json.GetProperty("releasingParked").GetBoolean()
            && answer.Number("waiting") == 0,
        $"an end of all orders ({when})");
}
