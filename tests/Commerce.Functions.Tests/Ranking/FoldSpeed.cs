using System.Diagnostics;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Balance;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Ranking;

/// <summary>
/// How many facts a second a fold takes from the change feed into committed buckets. Run in Release with
/// <c>-explicit only -class "*FoldSpeed"</c>; docs/ranking.md has the figures.
/// </summary>
public class FoldSpeed(ITestOutputHelper output)
{
    private const int Facts = 200_000;
    private const int Products = 2_000;
    private const int FactsPerBatch = 100;

    [Fact(Explicit = true)]
    public async Task Facts_a_second()
    {
        await using var database = await TestDatabase.CreateAsync();
        var accounts = database.Database[CommerceDatabase.Accounts];
        var now = DateTimeOffset.UtcNow;
        await Parallel.ForAsync(0, Facts / FactsPerBatch, async (batch, _) => await AddAsync(accounts, batch, now));

        var fold = new SalesFold(
            "paid-1", new AccountFeed(database.Database, TimeProvider.System), new RankingStore(database.Database),
                new ProductReader(database.Database, new LedgerOptions(), TimeProvider.System), TimeProvider.System);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromMinutes(10), TestContext.Current.CancellationToken));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime - before;

        output.WriteLine($"{Facts} facts in {clock.Elapsed.TotalSeconds:0.00} s: {Facts / clock.Elapsed.TotalSeconds:0} a second, "
            + $"{Facts / cpu.TotalSeconds:0} a second of processor time");
        Assert.InRange(Facts / cpu.TotalSeconds, 10_000, double.MaxValue);
    }

    private static async Task AddAsync(Container accounts, int batch, DateTimeOffset now)
    {
        var userId = $"user-{batch}";
        var writes = accounts.CreateTransactionalBatch(new PartitionKey(userId));
        for (var i = 0; i < FactsPerBatch; i++)
        {
            writes.CreateItem(new LedgerEntry
            {
                Id = $"payment-o-{batch}-{i}",
                UserId = userId,
                Kind = EntryKind.Payment,
                Amount = -3 * 1_490,
                BalanceAfter = 1_000,
                Sequence = i,
                CreatedAt = now.AddSeconds(-batch - i),
                OrderId = $"o-{batch}-{i}",
                Lines = [new($"product-{batch % Products:D5}", 3, 1_490)],
            });
        }
        using var response = await writes.ExecuteAsync();
        Assert.True(response.IsSuccessStatusCode, response.ErrorMessage);
    }
}
