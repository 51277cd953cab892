using System.Diagnostics;
using Commerce.Shared;
using Commerce.Shared.Orders;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

/// <summary>
/// The real app, or one process of it, killed with SIGKILL at random moments under load and started again on the same data.
/// </summary>
public sealed class KillTests
{
    private const int Rounds = 3;
    private const int WorkerRounds = 2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_many_kills_every_order_exists_once_or_not_at_all_and_all_sums_hold(bool isSpread)
    {
        var seed = Seed.Next();
        var random = Seed.Of(seed);
        using var folder = new TemporaryFolder();
        var buyers = new Buyers(seed, isSpread ? "spread" : "kill");
        for (var round = 0; round < Effort.Scaled(Rounds); round++)
        {
            await using var process = await ShopProcess.StartAsync(folder.Path);
            using var shop = new ShopClient(process.Address);
            if (round == 0)
                await buyers.PrepareAsync(shop);
            using var stop = new CancellationTokenSource();
            var buying = buyers.ShopAsync(shop, stop.Token);
            var spreading = isSpread ? buyers.SpreadAsync(shop, stop.Token) : Task.CompletedTask;
            // Now and then while it still warms up, mostly in full swing; never at a moment that anything in it could know.
            await ServedAsync(buyers, random.Next(-5, 120));
            await Task.Delay(random.Next(40));
            await process.KillAsync();
            await stop.CancelAsync();
            await buying;
            await spreading;
        }
        await FinishAsync(buyers, folder.Path, seed);
    }

    /// <summary>The others go on meanwhile: what the dead one had begun is finished by them, and what it had answered stands.</summary>
    [Fact]
    public async Task So_it_is_when_single_processes_of_many_are_killed()
    {
        var seed = Seed.Next();
        var random = Seed.Of(seed);
        await using var spread = await SpreadShop.StartAsync();
        var buyers = new Buyers(seed, "kill");
        await buyers.PrepareAsync(spread.Client);
        for (var round = 0; round < Effort.Scaled(WorkerRounds); round++)
        {
            await spread.CompleteAsync();
            using var stop = new CancellationTokenSource();
            var buying = buyers.ShopAsync(spread.Client, stop.Token);
            await ServedAsync(buyers, random.Next(5, 60));
            await spread.KillAsync(SpreadShop.WorkerIds[random.Next(SpreadShop.WorkerIds.Count)]);
            await ServedAsync(buyers, 10);
            await stop.CancelAsync();
            await buying;
        }
        await spread.StopAsync();
        await FinishAsync(buyers, spread.DataPath, seed);
    }

    private static async Task ServedAsync(Buyers buyers, int more)
    {
        var answers = buyers.Answers + more;
        await Eventually.Async(() => Task.FromResult(buyers.Answers), count => count >= answers, "the buyers to be served");
    }

    private static async Task FinishAsync(Buyers buyers, string dataPath, int seed)
    {
        var unanswered = buyers.Wishes.Count(wish => wish.Answer is null);
        await using (var process = await ShopProcess.StartAsync(dataPath, ("Orders:SweepAfterSeconds", "1")))
        {
            using var shop = new ShopClient(process.Address);
            await buyers.AssertAnswersStandAsync(shop, count: 200);
            // Every second unanswered order is never asked for again: the shop has to settle those by itself.
            await SettledAsync(shop, buyers);
            await buyers.RepeatUnansweredAsync(shop);
            await Task.WhenAll(buyers.Wishes.Where(wish => wish.CancellationSent).Select(wish => CancelledOrPaidAsync(shop, wish)));
            Assert.Equal(0, await process.StopAsync());
        }
        var audit = await RawAudit.OfFolderAsync(dataPath);
        audit.AssertNoDifferences();
        AssertRemembered(audit, buyers, seed);
        TestContext.Current.SendDiagnosticMessage(
            $"seed {seed}: {buyers.Wishes.Count} orders, {unanswered} of them unanswered when the shop died");
    }

    /// <summary>Waits until no order is pending, without any client asking for one.</summary>
    private static async Task SettledAsync(ShopClient shop, Buyers buyers)
    {
        var clock = Stopwatch.StartNew();
        foreach (var wish in buyers.Wishes.Where(wish => wish.Answer is null))
        {
            await Eventually.Async(
                async () =>
                {
                    if (clock.Elapsed > TimeSpan.FromSeconds(2))
                        await shop.FireTimerAsync("Upkeep");
                    return await shop.FindOrderAsync(wish.UserId, OperationId.Order(wish.UserId, wish.Key));
                },
                answer => answer.Code == 404 || answer.Expect(200).Text("status") != "pending",
                $"order {wish.Key} to be settled");
        }
    }

    private static async Task CancelledOrPaidAsync(ShopClient shop, Wish wish)
    {
        var orderId = OperationId.Order(wish.UserId, wish.Key);
        if (wish.CancellationAnswered)
            Assert.Equal("cancelled", (await shop.FindOrderAsync(wish.UserId, orderId)).Expect(200).Text("status"));
        else
            (await History.UntilAnsweredAsync(() => shop.CancelAsync(wish.UserId, orderId))).Expect(200);
    }

    private static void AssertRemembered(RawAudit audit, Buyers buyers, int seed)
    {
        var orders = audit.Orders.ToDictionary(order => order.Id);
        Assert.Equal(buyers.Wishes.Count, orders.Count);
        foreach (var wish in buyers.Wishes)
        {
            var order = orders[OperationId.Order(wish.UserId, wish.Key)];
            OrderStatus[] expected = (wish.Answer!.Code, wish.CancellationSent) switch
            {
                (409, _) => [OrderStatus.Rejected],
                (_, true) => [OrderStatus.Cancelled],
                _ => [OrderStatus.Paid],
            };
            Assert.True(expected.Contains(order.Status),
                $"Seed {seed}: {order.Id} is {order.Status}, its buyer was told {wish.Answer.Body}");
        }
    }
}
