using Commerce.Scale.FlashSale;
using CsCheck;

namespace Commerce.Scale.Tests.FlashSale;

public sealed class SaleTests
{
    private static readonly Gen<SaleOptions> Sales = Gen.Select(
        Gen.Int[1, 400], Gen.Double[10, 20_000], Gen.Long[0, 500], Gen.Int[1, 12],
        Gen.Select(Gen.Int[1, 130], Gen.Int[1, 6], Gen.Enum<ShardChoice>(), Gen.ULong),
        static (buyers, rate, stock, instances, rest) =>
            new SaleOptions(buyers, rate, stock, instances, rest.Item1, rest.Item2, rest.Item3, rest.Item4));

    [Fact]
    public void A_sale_never_oversells_and_the_shards_are_exact() => Sales.Sample(static options =>
    {
        var result = Sale.Run(Models.Committed, options);
        return result.Sold == Math.Min(options.Stock, options.Buyers)
            && result.Sold + result.Refused == options.Buyers
            && result.Sold + result.StockLeft == options.Stock;
    });

    [Fact]
    public void It_is_exact_even_when_the_database_sends_most_calls_away() => Sales.Sample(static options =>
    {
        // So little throughput that calls are given up and activities run again.
        var limits = Models.Committed.Limits;
        var scarce = Models.Committed with
        {
            Limits = limits with
            {
                PartitionRuPerSecond = limits.PartitionRuPerSecond with { Value = 50 },
                ThrottledSeconds = limits.ThrottledSeconds with { Value = 0.1 },
            },
        };
        var result = Sale.Run(scarce, options);
        return result.Sold == Math.Min(options.Stock, options.Buyers) && result.Sold + result.StockLeft == options.Stock;
    }, iter: 50);

    [Fact]
    public void The_same_seed_gives_the_same_sale() =>
        Sales.Sample(static options => Sale.Run(Models.Committed, options) == Sale.Run(Models.Committed, options), iter: 30);

    [Fact]
    public void Another_seed_gives_another_sale()
    {
        var options = Options(instances: 4);

        Assert.NotEqual(Sale.Run(Models.Committed, options).WaitP50Ms, Sale.Run(Models.Committed, options with { Seed = 2 }).WaitP50Ms);
    }

    [Fact]
    public void A_crowd_meets_the_wall_of_one_partition_with_full_batches()
    {
        var result = Sale.Run(Models.Committed, Options(instances: 4) with { Places = 256 });

        Assert.InRange(result.LinesPerSecond, 1_700, 2_000);
        Assert.True(result.Throttled > 0);
        Assert.True(result.Ru / result.Seconds <= Models.Committed.Limits.PartitionRuPerSecond * 1.02);
    }

    [Fact]
    public void One_instance_never_conflicts_with_itself() =>
        Assert.Equal(0, Sale.Run(Models.Committed, Options(instances: 1)).Conflicts);

    [Fact]
    public void Many_instances_conflict_more_and_sell_less_than_a_few()
    {
        var (few, many) = (Sale.Run(Models.Committed, Options(instances: 8)), Sale.Run(Models.Committed, Options(instances: 64)));

        Assert.True(many.ConflictsPerBatch > few.ConflictsPerBatch);
        Assert.True(many.LinesPerSecond < few.LinesPerSecond);
    }

    [Theory]
    // Four writers of an instance share its places: by the buyer it takes more than the committed ones.
    [InlineData(nameof(ShardChoice.Buyer), 256, 1.5)]
    [InlineData(nameof(ShardChoice.Instance), 64, 3)]
    public void Shards_sell_faster_than_one_partition(string shardBy, int places, double timesMin)
    {
        var options = Options(instances: 4) with { Places = places };
        var one = Sale.Run(Models.Committed, options);
        var sharded = Sale.Run(Models.Committed, options with { Shards = 4, ShardBy = Enum.Parse<ShardChoice>(shardBy) });

        Assert.True(sharded.LinesPerSecond > timesMin * one.LinesPerSecond);
        Assert.Equal(one.Sold, sharded.Sold);
    }

    [Fact]
    public void A_shard_takes_a_batch_only_on_the_head_that_is_stored()
    {
        var shard = new Shard(5, 10_000, 0.1);
        var seen = shard.Head;

        Assert.True(shard.TryCommit(seen, 3));
        Assert.False(shard.TryCommit(seen, 1));
        Assert.Equal(2, shard.Head.Stock);
        Assert.Throws<OversoldException>(() => shard.TryCommit(shard.Head, 3));
    }

    [Fact]
    public void Throughput_that_is_overdrawn_keeps_calls_away_until_it_is_paid_back()
    {
        var shard = new Shard(5, 10_000, 0.1);
        shard.Use(1_500);

        Assert.Equal(50_001, shard.RetryAfterUs(0));
        Assert.Equal(0, shard.RetryAfterUs(50_001));
    }

    private static SaleOptions Options(int instances) => new(
        Buyers: 20_000, BuyersPerSecond: 12_000, Stock: 18_000, instances, (int)Models.Committed.Groups.Durable.Places,
        Shards: 1, ShardChoice.Buyer, Seed: 1);
}
