using Commerce.Scale.FlashSale;
using Commerce.Scale.Model;

namespace Commerce.Scale.Tests.FlashSale;

/// <summary>What an activity, and a writer of the stock, do in a sale.</summary>
public sealed class ActivityTests
{
    private const int Places = 10;

    private static LatencyFigures Latencies => Models.Committed.Latencies;

    [Fact]
    public void An_activity_keeps_its_place_until_its_event_is_published()
    {
        var slow = Models.Committed with { Latencies = Latencies with { PublishMs = new(1_000, 1_000, "") } };

        var result = Sale.Run(slow, Options(buyers: 200, stock: 200));

        // Each place sells once a second; what is sold last needs no second more.
        Assert.InRange(result.LinesPerSecond, Places * 0.9, Places * 1.1);
    }

    [Fact]
    public void A_buyer_is_told_when_the_order_is_paid_and_not_when_the_stock_is_taken()
    {
        var slow = Models.Committed with { Latencies = Latencies with { WriteMs = new(1_000, 1_000, "") } };

        // The stock and the payment, one after the other.
        Assert.InRange(Sale.Run(slow, Options(buyers: 1, stock: 1)).WaitP50Ms, 2_000, 2_100);
    }

    [Fact]
    public void An_order_that_is_refused_needs_a_second_activity()
    {
        var slow = Models.Committed with { Latencies = Latencies with { ReadMs = new(1_000, 1_000, "") } };
        // Each instance reads the head once; rejecting reads the order and its line.
        var result = Sale.Run(slow, Options(buyers: 2 * Places, stock: 0) with { BuyersPerSecond = 10_000 });

        Assert.InRange(result.WaitP50Ms, 3_000, 3_200);
        // The second ten find the first ones' places free before these are rejected, and are rejected after them.
        Assert.InRange(result.WaitMaxMs, 5_000, 5_200);
    }

    [Fact]
    public void After_a_lost_race_the_head_is_read_at_the_primary()
    {
        var (model, options) = (Models.Committed, Options(buyers: 2_000, stock: 2_000) with { Instances = 4 });

        var result = Sale.Run(model, options);

        var written = (result.Batches * model.StockPatchRu) + (result.Sold * model.SaleRu);
        var races = result.Conflicts * (model.RequestUnits.Conflict + model.RequestUnits.PrimaryRead);
        var firstReads = options.Instances * model.RequestUnits.Read;
        Assert.True(result.Conflicts > 0);
        Assert.Equal(written + races + firstReads, result.Ru, 1e-6);
    }

    [Fact]
    public void A_writer_that_loses_too_many_races_gives_its_batch_up_and_the_activities_run_again()
    {
        var limits = Models.Committed.Limits;
        var impatient = Models.Committed with { Limits = limits with { LostRaces = limits.LostRaces with { Value = 1 } } };
        var options = Options(buyers: 2_000, stock: 1_500) with { Instances = 8 };

        var (patient, hasty) = (Sale.Run(Models.Committed, options), Sale.Run(impatient, options));

        Assert.Equal(0, patient.Restarts);
        Assert.True(hasty.Restarts > 0);
        Assert.Equal(1_500, hasty.Sold);
    }

    private static SaleOptions Options(int buyers, long stock) => new(
        buyers, BuyersPerSecond: 5_000, stock, Instances: 1, Places, Shards: 1, ShardChoice.Buyer, Seed: 1);
}
