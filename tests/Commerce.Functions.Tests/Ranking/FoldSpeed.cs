using System.Diagnostics;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Catalog;
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
        var catalog = database.Database[CommerceDatabase.Catalog];
        var now = DateTimeOffset.UtcNow;
        await Parallel.ForAsync(0, Facts / FactsPerBatch, async (batch, _) => await AddAsync(catalog, batch, now));

        var fold = new SalesFold(
            "sales-1", new CatalogFeed(database.Database), new RankingStore(database.Database), new ProductReader(database.Database), TimeProvider.System);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromMinutes(10), TestContext.Current.CancellationToken));
        var cpu = Process.GetCurrentProcess().TotalProcessorTime - before;

        output.WriteLine($"{Facts} facts in {clock.Elapsed.TotalSeconds:0.00} s: {Facts / clock.Elapsed.TotalSeconds:0} a second, "
            + $"{Facts / cpu.TotalSeconds:0} a second of processor time");
        Assert.InRange(Facts / cpu.TotalSeconds, 10_000, double.MaxValue);
    }

    private static async Task AddAsync(Container catalog, int batch, DateTimeOffset now)
    {
        var productId = $"product-{batch % Products:D5}";
        var writes = catalog.CreateTransactionalBatch(new PartitionKey(productId));
        for (var i = 0; i < FactsPerBatch; i++)
        {
            writes.CreateItem(new StockMovement
            {
                Id = $"sale-o-{batch}-{i}",
                ProductId = productId,
                Kind = MovementKind.Sale,
                Delta = -3,
                StockAfter = 1_000,
                OccurredAt = now.AddSeconds(-batch - i),
                UnitPrice = 1_490,
                OrderId = $"o-{batch}-{i}",
                Sequence = i,
            });
        }
        using var response = await writes.ExecuteAsync();
        Assert.True(response.IsSuccessStatusCode, response.ErrorMessage);
    }
}
