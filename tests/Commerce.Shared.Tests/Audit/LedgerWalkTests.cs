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
    [InlineData("charge", null, "charge-x", false)]
    [InlineData("moved", null, "give-1", false)]
    [InlineData("refused", "o-1", "sale-o-1", false)]
    public void A_movement_that_changes_something_bears_the_id_of_its_operation(string kind, string? orderId, string id, bool isRight) =>
        Assert.Equal(isRight, LedgerNames.Products.IsNamedByItsOperation("p", new(id, 1, 1, 1, kind, orderId)));
}
