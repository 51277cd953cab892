using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>Service Bus doubles messages, lets them overtake each other, and loses locks after the work was done.</summary>
public sealed class MessageFaultsTests
{
    [Fact]
    public async Task Every_order_reaches_the_platform_whatever_the_queue_does_and_is_told_apart_from_its_repeats()
    {
        var seed = Seed.Next();
        using var folder = new TemporaryFolder();
        await using var process = await ShopProcess.StartAsync(
            folder.Path,
            ("LocalPlatform:ServiceBus:Faults:Seed", $"{seed}"),
            ("LocalPlatform:ServiceBus:Faults:DuplicateRate", "0.3"),
            ("LocalPlatform:ServiceBus:Faults:DelayMax", "00:00:00.400"),
            ("LocalPlatform:ServiceBus:Faults:LockLossRate", "0.3"));
        using var shop = new ShopClient(process.Address);
        var product = await shop.AddProductAsync(price: 10, stock: 1_000);
        var user = await shop.AddUserAsync(10_000);

        var paid = await Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
            (await shop.OrderAsync(user, $"k{n}", (product, 1))).Expect(201).Text("orderId")));
        var cancelled = paid.Take(10).ToArray();
        await Task.WhenAll(cancelled.Select(async orderId => (await shop.CancelAsync(user, orderId)).Expect(200)));

        string[] expected = [.. paid.Select(id => $"{id}.paid").Concat(cancelled.Select(id => $"{id}.cancelled"))
            .Order(StringComparer.Ordinal)];
        var received = await Eventually.Async(
            async () => (await shop.GetAsync("/local/webhooks/data-platform?limit=1000")).Expect(200),
            answer => Ids(answer).SequenceEqual(expected),
            $"all events (seed {seed})");
        Assert.True(received.Number("duplicates") > 0, $"Seed {seed}: nothing came twice, so nothing was tested.");
        await shop.AssertAuditAsync();
    }

    private static IEnumerable<string> Ids(Answer answer) =>
        answer.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!).Order(StringComparer.Ordinal);
}
