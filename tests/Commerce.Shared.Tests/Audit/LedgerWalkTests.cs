using Commerce.Shared.Audit;
using CsCheck;

namespace Commerce.Shared.Tests.Audit;

public sealed class LedgerWalkTests
{
    private static readonly Gen<LedgerRecord[]> Ledgers = Gen.Long[1, 100].Array[1, 30].Select(deltas =>
    {
        var balance = 0L;
        return deltas.Select((delta, n) => new LedgerRecord($"charge-{n}", delta, balance += delta, n + 1, "charge")).ToArray();
    });

    private static List<AuditDifference> Walk(IEnumerable<LedgerRecord> records, long total, long count, LedgerPlace? from = null)
    {
        var place = from ?? new("kim", 0, 0);
        var walk = new LedgerWalk(LedgerNames.Accounts, place.Owner, place.Sequence, place.Total);
        var differences = new List<AuditDifference>();
        foreach (var record in records.Where(record => record.Sequence > place.Sequence && record.Sequence <= count)
            .OrderBy(record => record.Sequence))
            differences.AddRange(walk.Add(record));
        return [.. differences, .. walk.Close(new LedgerHead(total, count, 0, ""))];
    }

    [Fact]
    public void A_ledger_that_adds_up_has_no_difference_from_wherever_it_is_followed() =>
        Gen.Select(Ledgers, Gen.Int[0, 30]).Sample((records, at) =>
    {
        var last = records[^1];
        Assert.Empty(Walk(records, last.After, last.Sequence));
        var from = records[Math.Min(at, records.Length - 1)];
        Assert.Empty(Walk(records, last.After, last.Sequence, new("kim", from.Sequence, from.After)));
        Assert.Empty(Walk(records, last.After, last.Sequence, new("kim", from.Sequence - 1, null)));
    });

    [Fact]
    public void Anything_wrong_with_a_ledger_is_a_difference() =>
        Gen.Select(Ledgers, Gen.Int[0, 29], Gen.Int[0, 8]).Sample((records, at, what) =>
    {
        var (total, count) = (records[^1].After, records[^1].Sequence);
        var broken = records.ToList();
        var index = at % broken.Count;
        var record = broken[index];
        switch (what)
        {
            case 0:
                broken.RemoveAt(index);
                break;
            case 1:
                broken[index] = record with { Delta = record.Delta + 1 };
                break;
            case 2:
                broken[index] = record with { After = record.After + 1 };
                break;
            case 3:
                broken[index] = record with { Delta = record.Delta + 1, After = record.After + 1 };
                break;
            case 4:
                broken[index] = record with { Sequence = record.Sequence + 1 };
                break;
            case 5:
                broken.Add(record with { Id = record.Id + "-again" });
                break;
            case 6:
                broken[index] = record with { Kind = "payment", OrderId = "o-1" };
                break;
            case 7:
                total--;
                break;
            default:
                count++;
                break;
        }
        Assert.NotEmpty(Walk(broken, total, count));
    });

    [Fact]
    public void A_fault_is_told_once_and_where_it_is()
    {
        LedgerRecord[] records =
            [new("charge-1", 10, 10, 1, "charge"), new("charge-3", 5, 17, 3, "charge"), new("charge-4", 1, 18, 4, "charge")];
        Assert.Equal(
            [new AuditDifference(AuditKind.AccountChain, "kim", 2, 3) { Document = "accounts/kim/charge-3" }], Walk(records, 18, 4));
    }

    [Theory]
    [InlineData("sale", "o-1", "sale-o-1", true)]
    [InlineData("release", "o-1", "release-o-1", true)]
    [InlineData("initial", null, "initial", true)]
    [InlineData("adjustment", null, "adjustment-x", true)]
    [InlineData("sale", "o-2", "sale-o-1", false)]
    [InlineData("adjustment", null, "sale-o-1", false)]
    [InlineData("release", "o-2", "release-o-1", false)]
    [InlineData("initial", null, "initial-1", false)]
    [InlineData("charge", null, "charge-x", false)]
    [InlineData("moved", null, "give-1", false)]
    [InlineData("payment", "o-1", "payment-o-1", false)]
    [InlineData("refund", "o-1", "refund-o-1", false)]
    [InlineData("refused", "o-1", "sale-o-1", false)]
    public void A_movement_that_changes_something_bears_the_id_of_its_operation(string kind, string? orderId, string id, bool isRight) =>
        Assert.Equal(isRight, LedgerNames.Products.IsNamedByItsOperation("p", new(id, 1, 1, 1, kind, orderId)));

    [Fact]
    public void A_moved_piece_bears_the_id_of_its_transfer_and_is_no_won()
    {
        var give = new LedgerRecord("give-1", -2, 3, 2, "moved", null, 4);
        Assert.True(LedgerNames.Products.IsNamedByItsOperation("p", give));
        Assert.False(LedgerNames.Products.IsNamedByItsOperation("p", give with { OtherShard = null }));
        Assert.False(LedgerNames.Accounts.IsNamedByItsOperation("p", give));
    }

    [Theory]
    [InlineData("p", "product", true)]
    [InlineData("p", "shard", false)]
    [InlineData("p#1", "shard", true)]
    [InlineData("p#1", "product", false)]
    public void A_shard_has_a_head_of_its_own_type(string partition, string type, bool isHead) =>
        Assert.Equal(isHead, LedgerNames.Products.IsHead(partition, type));

    [Theory]
    [InlineData("kim", "account", true)]
    [InlineData("kim", "shard", false)]
    [InlineData("kim#1", "account", true)]
    [InlineData("kim#1", "shard", false)]
    public void An_account_has_no_shards(string owner, string type, bool isHead) =>
        Assert.Equal(isHead, LedgerNames.Accounts.IsHead(owner, type));

    public static TheoryData<LedgerRecord, string[]> Records { get; } = new()
    {
        { new("charge-2", 5, 15, 2, "charge"), [] },
        { new("payment-o-1", -10, 0, 2, "payment", "o-1"), [] },
        { new("charge-3", 5, 15, 3, "charge"), ["account-chain 2 3"] },
        { new("charge-2", 5, 16, 2, "charge"), ["account-chain 10 11"] },
        { new("charge-3", 5, 16, 3, "charge"), ["account-chain 2 3"] },
        { new("payment-o-1", -11, -1, 2, "payment", "o-1"), ["account-balance 0 -1"] },
        { new("payment-o-2", -3, 7, 2, "payment", "o-1"), ["record-identity 0 -3"] },
        { new("sale-o-1", -12, -1, 2, "sale", "o-1"), ["account-chain 10 11", "account-balance 0 -1", "record-identity 0 -12"] },
        // A number that no balance has must not end the walk.
        { new("charge-2", long.MinValue, 1, 2, "charge"), [$"account-chain 10 {1 + long.MinValue}"] },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void What_is_wrong_with_a_record_is_told_in_numbers_and_the_walk_goes_on_from_there(LedgerRecord record, string[] expected)
    {
        var walk = new LedgerWalk(LedgerNames.Accounts, "kim", 1, 10);
        Assert.Equal(expected.Select(one => $"{one} accounts/kim/{record.Id}"), Told(walk.Add(record)));
        Assert.Equal((record.Sequence, record.After), (walk.Sequence, walk.Total));
    }

    [Fact]
    public void What_the_first_record_begins_with_is_believed_when_an_earlier_walk_has_proved_it() =>
        Assert.Empty(new LedgerWalk(LedgerNames.Accounts, "kim", 1, null).Add(new("charge-2", 5, 99, 2, "charge")));

    [Theory]
    [InlineData(15L, 15, 2, "")]
    [InlineData(15L, 15, 3, "product-chain 2 3 catalog/kim/product")]
    [InlineData(15L, 14, 2, "product-stock 15 14 catalog/kim/product")]
    [InlineData(15L, 14, 1, "product-chain 2 1 catalog/kim/product; product-stock 15 14 catalog/kim/product")]
    [InlineData(null, 14, 2, "")]
    [InlineData(0L, 14, 2, "product-stock 0 14 catalog/kim/product")]
    public void A_head_says_what_the_last_record_left(long? left, long total, long count, string expected) => Assert.Equal(
        expected, string.Join("; ", Told(new LedgerWalk(LedgerNames.Products, "kim", 2, left).Close(new(total, count, 0, "")))));

    [Fact]
    public void A_head_that_is_behind_its_records_or_missing_is_told_with_the_last_of_them()
    {
        var last = new LedgerRecord("charge-9", 5, 15, 9, "charge");
        Assert.Equal(
            ["account-chain 9 8 accounts/kim/account", "account-balance 15 10 accounts/kim/account"],
            Told(LedgerWalk.Behind(LedgerNames.Accounts, "kim", new(10, 8, 0, ""), last)));
        Assert.Equal(["account-missing 15 0 accounts/kim/account"], Told(LedgerWalk.Behind(LedgerNames.Accounts, "kim", null, last)));
        Assert.Equal(["product-missing 15 0 catalog/kim/product"], Told(LedgerWalk.Behind(LedgerNames.Products, "kim", null, last)));
        Assert.Empty(LedgerWalk.Behind(LedgerNames.Accounts, "kim", new(15, 9, 0, ""), last));
    }

    [Fact]
    public void A_record_without_a_place_that_changes_something_is_told() => Assert.Equal(
        ["product-chain 0 -4 catalog/kim/sale-o-1"],
        Told([LedgerWalk.Placeless(LedgerNames.Products, "kim", new("sale-o-1", -4, 6, 0, "sale", "o-1"))]));

    [Theory]
    [InlineData("charge", null, "charge-x", true)]
    [InlineData("payment", "o-1", "payment-o-1", true)]
    [InlineData("refund", "o-1", "refund-o-1", true)]
    [InlineData("charge", null, "refund-o-1", false)]
    [InlineData("charge", "o-1", "charge-x", false)]
    [InlineData("payment", "o-2", "payment-o-1", false)]
    [InlineData("payment", null, "payment-o-1", false)]
    [InlineData("refund", "o-2", "refund-o-1", false)]
    [InlineData("sale", "o-1", "sale-o-1", false)]
    [InlineData("release", "o-1", "release-o-1", false)]
    [InlineData("initial", null, "initial", false)]
    [InlineData("adjustment", null, "adjustment-x", false)]
    [InlineData(null, null, "charge-x", false)]
    public void An_entry_that_changes_something_bears_the_id_of_its_operation(string? kind, string? orderId, string id, bool isRight) =>
        Assert.Equal(isRight, LedgerNames.Accounts.IsNamedByItsOperation("kim", new(id, 1, 1, 1, kind, orderId)));

    private static IEnumerable<string> Told(IEnumerable<AuditDifference> differences) => differences.Select(difference =>
    {
        Assert.Equal("kim", difference.Id);
        return $"{difference.Kind} {difference.Expected} {difference.Actual} {difference.Document}";
    });
}
