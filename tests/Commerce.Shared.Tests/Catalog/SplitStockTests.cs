using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Commerce.Shared.Tests.Ledger;
using CsCheck;

namespace Commerce.Shared.Tests.Catalog;

/// <summary>A product whose stock lies in several partitions, in memory, with instances that die between any two writes.</summary>
public sealed class SplitStockTests
{
    private const string Sku = "85123A";
    private const long Price = 3_400;
    private const long Stock = 60;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static Product Head(int shard, long stock = 0, long movements = 0) => new()
    {
        Type = shard == 0 ? Product.DocumentType : Product.ShardType,
        ProductId = StockPartition.KeyOf(Sku, shard),
        Name = "White hanging heart",
        Price = Price,
        Stock = stock,
        MovementCount = movements,
        Shards = shard == 0 ? 3 : 0,
        ShardsMade = shard == 0 ? 3 : 0,
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    private static SplitStock Of(params long[] stocks) => new([.. stocks.Select((stock, shard) => Head(shard, stock))]);

    [Fact]
    public void Keys_of_shards_are_taken_apart_as_they_were_made()
    {
        Assert.Equal((Sku, 0), (StockPartition.Of(Sku).ProductId, StockPartition.Of(Sku).Shard));
        Assert.Equal(Sku, new StockPartition(Sku, 0).Key);
        Assert.Equal("85123A#16", new StockPartition(Sku, 16).Key);
        Assert.Equal(new StockPartition(Sku, 16), StockPartition.Of("85123A#16"));
        Assert.True(StockPartition.IsShard("85123A#1"));
        Assert.False(StockPartition.IsShard(Sku));
        Assert.False(Identifiers.IsProductId("85123A#1"));
    }

    [Theory]
    [InlineData("12", "12", 0)] // An id may look like a number.
    [InlineData("12#3", "12", 3)]
    [InlineData("#3", "", 3)]
    [InlineData("12#", "12#", 0)]
    [InlineData("12#x", "12#x", 0)]
    [InlineData("12#-3", "12#-3", 0)]
    public void What_is_no_number_after_a_mark_is_no_shard(string key, string productId, int shard) =>
        Assert.Equal(new StockPartition(productId, shard), StockPartition.Of(key));

    [Fact]
    public void A_shard_that_is_not_there_has_nothing()
    {
        var stock = new SplitStock([Head(0, 4), null, Head(2, 6)]);
        Assert.Equal([4, 0, 6, 0], Enumerable.Range(0, 4).Select(stock.StockOf));
        Assert.Equal(10, stock.Sum);
        Assert.Equal([4, 0, 5], Enumerable.Range(0, 3).Select(stock.After(2, new StockTransfer(1, 1, 1)).StockOf));
    }

    [Fact]
    public void Buyers_are_spread_over_all_shards_and_each_has_one_for_good()
    {
        var homes = Enumerable.Range(0, 1_000).Select(static n => StockPartition.HomeOf($"user-{n}", 4)).ToList();
        Assert.Equal([1, 2, 3, 4], homes.Distinct().Order());
        Assert.All(homes.CountBy(static home => home), static home => Assert.InRange(home.Value, 150, 350));
        Assert.Equal(homes, Enumerable.Range(0, 1_000).Select(static n => StockPartition.HomeOf($"user-{n}", 4)));
        Assert.Equal(0, StockPartition.HomeOf("user", 0));
    }

    [Theory]
    [InlineData(1, 0, 10)] // Half of the most that another has.
    [InlineData(15, 0, 15)] // What is missing.
    [InlineData(30, 0, 20)] // All there is.
    public void It_is_stolen_from_who_has_the_most(long missing, int from, long pieces) =>
        Assert.Equal((from, new StockTransfer(1, pieces, 1)), Of(20, 50, 19).Steal(1, missing));

    [Fact]
    public void The_last_piece_is_stolen_and_from_nobody_nothing()
    {
        Assert.Equal((2, new StockTransfer(1, 1, 1)), Of(0, 0, 1).Steal(1, 1));
        Assert.Null(Of(0, 5, 0).Steal(1, 1));
        Assert.Null(new SplitStock([Head(0), Head(1), null]).Steal(1, 1));
    }

    [Fact]
    public void A_reading_differs_from_another_when_something_moved_in_between()
    {
        SplitStock With(Product shard) => new([Head(0, 5), shard]);
        var before = With(Head(1, 5));
        var transfer = new StockTransfer(0, 1, 1);
        Assert.False(With(Head(1, 5) with { ETag = "other" }).HasMovedSince(before));
        Assert.True(With(Head(1, 5, movements: 1)).HasMovedSince(before));
        Assert.True(new SplitStock([Head(0, 5)]).HasMovedSince(before));
        Assert.False(With(Head(1, 4, movements: 1)).HasTransferredSince(before));
        Assert.True(With(Head(1, 5) with { TransferCount = 1 }).HasTransferredSince(before));
        Assert.True(With(Head(1, 5) with { TransferCount = 1 })
            .HasTransferredSince(With(Head(1, 5) with { TransferCount = 1, Transfer = transfer })));
        Assert.Equal((1, transfer), Assert.Single(With(Head(1, 5) with { Transfer = transfer }).UnderWay));
    }

    [Fact]
    public void What_is_taken_from_one_is_in_the_other()
    {
        var after = Of(20, 1, 0).After(0, new StockTransfer(1, 8, 1));
        Assert.Equal((12, 9, 21), (after.StockOf(0), after.StockOf(1), after.Sum));
        Assert.Equal((0, new StockTransfer(2, 6, 2)), after.Steal(2, 1));
    }

    /// <param name="Kind">What is done.</param>
    /// <param name="Shard">Where.</param>
    /// <param name="Number">Whose order, or how many pieces.</param>
    /// <param name="Writes">Writes until whoever does it dies.</param>
    private sealed record Step(int Kind, int Shard, int Number, int Writes);

    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 12], Gen.Int[0, 3])
        .Select(static (kind, shard, number, writes) => new Step(kind, shard, number, writes));

    [Fact]
    public void No_piece_is_lost_or_there_twice_whatever_dies_when() => Steps.Array[0, 60].Sample(static steps =>
    {
        var partitions = Enumerable.Range(0, 4)
            .Select(static shard => new LedgerModel<Product, StockCommand, StockMovement>(
                new StockRules(), Head(shard, shard == 0 ? Stock : 0))).ToArray();
        SplitStock Now() => new([.. partitions.Select(static partition => partition.Head)]);
        foreach (var step in steps)
        {
            Take(partitions, Now(), step);
            var underWay = Now().UnderWay
                .Where(way => partitions[way.Transfer.To].Find(OperationId.Take(way.From, way.Transfer.Number)) is null)
                .Sum(static way => way.Transfer.Pieces);
            var sold = -partitions.Sum(static partition => partition.Records
                .Where(static movement => movement.Kind is MovementKind.Sale or MovementKind.Release)
                .Sum(static movement => movement.Delta));
            Assert.Equal(Stock, Now().Sum + underWay + sold);
            Assert.All(partitions, static partition => Assert.True(partition.Head!.Stock >= 0));
        }
    });

    private static void Take(LedgerModel<Product, StockCommand, StockMovement>[] partitions, SplitStock now, Step step)
    {
        var (key, order) = (StockPartition.KeyOf(Sku, step.Shard), $"o-{step.Number}");
        switch (step.Kind)
        {
            case 0:
                partitions[step.Shard].Submit(new StockCommand.Reserve(key, order, 1 + step.Writes, Price, false));
                break;
            case 1 when partitions[step.Shard].Find(OperationId.Sale(order)) is { Kind: MovementKind.Sale } sale:
                partitions[step.Shard].Submit(new StockCommand.Release(key, order, sale));
                break;
            case 2 when now.Steal(step.Shard, step.Number) is var (from, transfer):
                partitions[from].Submit(new StockCommand.Give(StockPartition.KeyOf(Sku, from), transfer));
                if (step.Writes > 1)
                    partitions[step.Shard].Submit(new StockCommand.Take(key, from, transfer));
                break;
            case 3:
                foreach (var (from, transfer) in now.UnderWay)
                {
                    var to = StockPartition.KeyOf(Sku, transfer.To);
                    partitions[transfer.To].Submit(new StockCommand.Take(to, from, transfer));
                    partitions[transfer.To].Submit(new StockCommand.Take(to, from, transfer));
                    if (step.Writes > 1)
                        partitions[from].Change(static head => head with { Transfer = null });
                }
                break;
        }
    }

    [Fact]
    public void A_partition_that_is_not_the_only_one_refuses_nothing_for_good_before_all_were_asked()
    {
        foreach (var shard in (int[])[0, 1])
        {
            var reserve = new StockCommand.Reserve(StockPartition.KeyOf(Sku, shard), "o", 3, Price, false);
            var (rules, head) = (new StockRules(), Head(shard, 2));
            Assert.Equal(ErrorCode.InsufficientStock, rules.Decide(head, reserve, Now).Failure?.Code);
            var refused = rules.Decide(head, reserve with { Available = 2 }, Now);
            Assert.Equal((MovementKind.Refused, 2), (refused.Record!.Kind, refused.Record.Available));
            Assert.Equal(MovementKind.Sale, rules.Decide(head with { Stock = 3 }, reserve with { Available = 2 }, Now).Record!.Kind);
        }
        // The only one knows it all, and its records are as they always were.
        var only = new StockRules().Decide(
            Head(0, 2) with { ShardsMade = 0 }, new StockCommand.Reserve(Sku, "o", 3, Price, false) { Available = 2 }, Now);
        Assert.Equal((MovementKind.Refused, null), (only.Record!.Kind, only.Record.Available));
    }

    [Fact]
    public void An_arrival_is_the_repeat_of_one_of_as_many_pieces()
    {
        var take = new StockCommand.Take(StockPartition.KeyOf(Sku, 2), 0, new StockTransfer(2, 5, 1));
        var arrived = new StockRules().Decide(Head(2, 1, movements: 3), take, Now);
        Assert.Equal((MovementKind.Moved, 5, 6, 4, 0), (
            arrived.Record!.Kind, arrived.Record.Delta, arrived.Record.StockAfter, arrived.Record.Sequence, arrived.Record.OtherShard));
        Assert.True(new StockRules().IsRepeat(arrived.Record, take));
        Assert.False(new StockRules().IsRepeat(arrived.Record, take with { Transfer = take.Transfer with { Pieces = 4 } }));
        Assert.False(new StockRules().IsRepeat(arrived.Record, take with { Transfer = take.Transfer with { Pieces = -5 } }));
    }

    [Theory]
    [InlineData(5, -2, true)] // Taken out of what it has itself.
    [InlineData(5, -3, false)]
    public void Stock_is_taken_out_of_its_own(long available, long delta, bool isDone)
    {
        var adjust = new StockCommand.Adjust(Sku, "k", delta, "count") { Available = available };
        var record = new StockRules().Decide(Head(0, 2), adjust, Now).Record!;
        Assert.Equal(isDone ? MovementKind.Adjustment : MovementKind.Refused, record.Kind);
        Assert.Equal(isDone ? null : available, record.Available);
    }

    /// <summary>Whatever the others have: nobody has to know.</summary>
    [Theory]
    [InlineData(2, Limits.StockMax - 2, null)]
    [InlineData(2, Limits.StockMax - 1, Limits.StockMax - 2)]
    [InlineData(Limits.StockMax + 3, 1, 0L)] // Orders were put back that had been sold before it was filled.
    public void Stock_is_added_up_to_what_its_own_partition_may_hold(long stock, long delta, long? room)
    {
        var decision = new StockRules().Decide(Head(0, stock), new StockCommand.Adjust(Sku, "k", delta, "count"), Now);
        Assert.Equal(room is null ? MovementKind.Adjustment : MovementKind.Refused, decision.Record?.Kind);
        Assert.Equal(room, StockRules.RefusalOf(decision.Record!)?.Available);
    }

    [Fact]
    public void More_than_a_partition_should_hold_can_be_taken_off() => Assert.Equal(
        MovementKind.Adjustment,
        new StockRules().Decide(Head(0, Limits.StockMax + 3), new StockCommand.Adjust(Sku, "k", -1, "count"), Now).Record?.Kind);

    [Theory]
    [InlineData(Limits.StockMax - 4, 4)]
    [InlineData(Limits.StockMax, null)]
    [InlineData(Limits.StockMax + 1, null)]
    public void No_more_is_stolen_than_a_partition_may_hold(long has, int? pieces) =>
        Assert.Equal(pieces, Of(0, has, Limits.StockMax).Steal(1, 10)?.Transfer.Pieces);

    [Theory]
    [InlineData(1, true, null)]
    [InlineData(-3, true, ErrorCode.InsufficientStock)] // Others may have it.
    [InlineData(-2, true, null)]
    [InlineData(1, false, null)]
    public void Stock_of_several_partitions_is_not_changed_beyond_what_is_known_of_them(long delta, bool hasOthers, ErrorCode? code)
    {
        var head = hasOthers ? Head(0, 2) : Head(0, 2) with { ShardsMade = 0 };
        var decision = new StockRules().Decide(head, new StockCommand.Adjust(Sku, "k", delta, "count"), Now);
        Assert.Equal(code, decision.Failure?.Code);
        Assert.Equal(code is null, decision.IsPosted);
        if (code is not null)
            Assert.Equal((Sku, Math.Abs(delta), 2), (decision.Failure!.ProductId, decision.Failure.Requested, decision.Failure.Available));
    }

    [Fact]
    public void What_all_partitions_had_is_what_the_refusal_says()
    {
        var work = new OrderWork("o", "u", [new SoldLine(Sku, 9, Price) { Shard = 1 }]);
        var refused = new StockRules().Decide(
            Head(1, 2), new StockCommand.Reserve(StockPartition.KeyOf(Sku, 1), "o", 9, Price, false) { Available = 7 }, Now).Record!;
        var reason = OrderRules.ReasonToReject(work, [refused]);
        Assert.Equal((Sku, 7), (reason.ProductId, reason.Available));
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(1, true, true)]
    public void A_shard_refuses_a_price_for_good_only_when_its_own_was_compared(int shard, bool isSure, bool isRecorded)
    {
        var reserve = new StockCommand.Reserve(StockPartition.KeyOf(Sku, shard), "o", 1, Price + 1, IsPriceBound: true)
        {
            IsPriceSure = isSure,
        };
        var decision = new StockRules().Decide(Head(shard, 5), reserve, Now);
        Assert.Equal(isRecorded, decision.IsPosted);
        Assert.Equal(isRecorded ? null : ErrorCode.PriceChanged, decision.Failure?.Code);
    }

    [Theory]
    [InlineData(1, 5, true)]
    [InlineData(1, 6, false)] // More than there are.
    [InlineData(2, 5, false)] // Not the next one.
    [InlineData(0, 5, false)]
    public void Pieces_leave_as_the_next_transfer_and_when_they_are_there(long number, long pieces, bool isGiven)
    {
        var give = new StockCommand.Give(Sku, new StockTransfer(2, pieces, number));
        var decision = new StockRules().Decide(Head(0, 5), give, Now);
        Assert.Equal(isGiven, decision.IsPosted);
        if (!isGiven)
            return;
        Assert.Equal((give.Transfer, 1, 0), (decision.Head!.Transfer, decision.Head.TransferCount, decision.Head.Stock));
        Assert.Equal((-5, 2), (decision.Record!.Delta, decision.Record.OtherShard));
        Assert.False(new StockRules().Decide(decision.Head, new StockCommand.Give(Sku, new StockTransfer(2, 1, 2)), Now).IsPosted);
        Assert.True(new StockRules().IsRepeat(decision.Record, give));
        Assert.False(new StockRules().IsRepeat(decision.Record, give with { Transfer = give.Transfer with { To = 1 } }));
        Assert.False(new StockRules().IsRepeat(decision.Record, give with { Transfer = give.Transfer with { Pieces = 4 } }));
    }
}
