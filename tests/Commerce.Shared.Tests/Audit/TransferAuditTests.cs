using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Tests.Audit;

/// <summary>Both ends of a transfer say the same, or it is under way.</summary>
public sealed class TransferAuditTests
{
    private static readonly LedgerRecord Give = new("give-2", -5, 0, 4, "moved", null, 3);
    private static readonly LedgerRecord Take = new("take-0-2", 5, 5, 1, "moved", null, 0);

    private static readonly LedgerHead Head = new(0, 4, 0, "e") { TransferCount = 2, ShardsMade = 3 };

    public static TheoryData<string, LedgerRecord, bool> Records => new()
    {
        { "p", Give, true },
        { "p#3", Take, true },
        { "p#3", Give, false }, // To itself.
        { "p", Give with { Kind = "sale" }, false },
        { "p", Give with { OrderId = "o" }, false },
        { "p", Give with { Delta = 5 }, false },
        { "p", Give with { Delta = 0 }, false },
        { "p", Give with { OtherShard = null }, false },
        { "p", Give with { Id = "give-02" }, false },
        { "p", Give with { Id = "give-x" }, false },
        { "p#3", Take with { Id = "take-1-2" }, false },
        { "p#3", Take with { Delta = -5 }, false },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void An_end_has_the_id_and_the_sign_of_its_side(string owner, LedgerRecord record, bool isEnd) =>
        Assert.Equal(isEnd, TransferEnd.Of(owner, record) is not null);

    [Fact]
    public void The_ends_are_each_others_counterpart()
    {
        var (give, take) = (TransferEnd.Of("p", Give)!, TransferEnd.Of("p#3", Take)!);
        Assert.Equal(("p#3", "take-0-2"), give.Counterpart);
        Assert.Equal(("p", "give-2"), take.Counterpart);
        Assert.Null(TransferAudit.Check(give, Take, Head));
        Assert.Null(TransferAudit.Check(take, Give, Head));
    }

    [Fact]
    public void An_end_whose_counterpart_is_missing_or_says_something_else_differs()
    {
        var (give, take) = (TransferEnd.Of("p", Give)!, TransferEnd.Of("p#3", Take)!);
        Assert.Equal(
            new AuditDifference(AuditKind.StockTransfer, "p", 5, 0) { Document = "catalog/p#3/take-0-2" },
            TransferAudit.Check(give, null, Head));
        Assert.Equal(
            new AuditDifference(AuditKind.StockTransfer, "p#3", 5, 0) { Document = "catalog/p/give-2" },
            TransferAudit.Check(take, null, Head with { Transfer = new(0, 5, 2) }));
        // Under way is only what has not arrived at all.
        Assert.Equal((5, 6), Numbers(TransferAudit.Check(give, Take with { Delta = 6 }, Head with { Transfer = new(3, 5, 2) })));
        Assert.Equal((5, 6), Numbers(TransferAudit.Check(give, Take with { Delta = 6 }, Head)));
        Assert.Equal((5, 4), Numbers(TransferAudit.Check(take, Give with { Delta = -4 }, Head)));
        Assert.NotNull(TransferAudit.Check(take, Give with { OtherShard = 2 }, Head));
    }

    [Theory]
    [InlineData(3, 5, 2, true)]
    [InlineData(2, 5, 2, false)]
    [InlineData(3, 4, 2, false)]
    [InlineData(3, 5, 1, false)]
    public void What_has_left_and_not_arrived_is_under_way_if_the_head_says_so(int to, long pieces, long number, bool isUnderWay) =>
        Assert.Equal(isUnderWay, TransferAudit.Check(
            TransferEnd.Of("p", Give)!, null, Head with { Transfer = new StockTransfer(to, pieces, number) }) is null);

    [Fact]
    public void A_head_knows_the_last_transfer_that_has_left()
    {
        Assert.Null(TransferAudit.CheckHead("p", Head, Give));
        Assert.Null(TransferAudit.CheckHead("p", Head with { Transfer = new(3, 5, 2) }, Give));
        Assert.Null(TransferAudit.CheckHead("p", Head with { TransferCount = 0 }, null));
        Assert.Equal(OfHead(0, 0), TransferAudit.CheckHead("p", Head, null));
        Assert.Equal(OfHead(5, 0), TransferAudit.CheckHead("p", Head with { TransferCount = 0 }, Give));
        Assert.Equal(OfHead(5, 0), TransferAudit.CheckHead("p", Head with { TransferCount = 1 }, Give));
        Assert.Equal(OfHead(5, 6), TransferAudit.CheckHead("p", Head with { Transfer = new(3, 6, 2) }, Give));
        Assert.Equal(OfHead(0, 6), TransferAudit.CheckHead("p", Head with { TransferCount = 0, Transfer = new(3, 6, 1) }, null));
    }

    [Fact]
    public void What_has_arrived_is_not_the_last_that_has_left()
    {
        var head = Head with { TransferCount = 2 };
        Assert.Equal(
            new AuditDifference(AuditKind.StockTransfer, "p#3", 5, 0) { Document = "catalog/p#3/product" },
            TransferAudit.CheckHead("p#3", head, Take));
    }

    [Fact]
    public void A_head_that_knows_of_fewer_transfers_than_there_are_is_told() =>
        Assert.Equal(OfHead(3, 2), TransferAudit.Uncounted("p", Head));

    [Fact]
    public void A_product_knows_its_shards()
    {
        AuditDifference Unknown(long shard, long made) =>
            new(AuditKind.StockShards, "p", shard, made) { Document = "catalog/p/product" };
        Assert.Null(TransferAudit.CheckLayout(3, Head, "p"));
        Assert.Equal(Unknown(4, 3), TransferAudit.CheckLayout(4, Head, "p"));
        Assert.Equal(Unknown(1, 0), TransferAudit.CheckLayout(1, null, "p"));
    }

    private static AuditDifference OfHead(long expected, long actual) =>
        new(AuditKind.StockTransfer, "p", expected, actual) { Document = "catalog/p/product" };

    private static (long, long) Numbers(AuditDifference? difference) => (difference!.Expected, difference.Actual);
}
