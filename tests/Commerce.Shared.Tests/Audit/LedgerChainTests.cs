using Commerce.Shared.Audit;
using CsCheck;

namespace Commerce.Shared.Tests.Audit;

public sealed class LedgerChainTests
{
    private readonly record struct Link(long Sequence, long Delta, long After);

    private static readonly Gen<Link[]> Ledgers = Gen.Long[-50, 100].Array[1, 30].Select(deltas =>
    {
        var (links, balance) = (new List<Link>(), 0L);
        foreach (var delta in deltas)
        {
            // Some records change nothing and have no place.
            if (delta % 7 == 0)
                links.Add(new(0, 0, balance));
            links.Add(new(links.Count(link => link.Sequence > 0) + 1, delta, balance += delta));
        }
        return links.ToArray();
    });

    private static bool Holds(IEnumerable<Link> links, long total, long count)
    {
        var chain = new LedgerChain(total, count);
        foreach (var link in links)
            chain.Add(link.Sequence, link.Delta, link.After);
        return chain.Holds;
    }

    private static (long Total, long Count) Head(Link[] links) => (links[^1].After, links[^1].Sequence);

    [Fact]
    public void A_ledger_holds_in_whatever_order_its_records_are_read() =>
        Gen.Select(Ledgers, Gen.Int).Sample((links, seed) =>
        {
            var (total, count) = Head(links);
            var shuffled = links.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.True(Holds(shuffled, total, count));
            // What is added after the head was read is passed over.
            Assert.True(Holds(shuffled.Append(new(count + 1, 5, total + 5)), total, count));
        });

    [Fact]
    public void A_ledger_with_anything_wrong_does_not_hold() => Gen.Select(Ledgers, Gen.Int[0, 1000], Gen.Int[0, 6]).Sample((links, at, what) =>
    {
        var (total, count) = Head(links);
        var broken = links.ToList();
        var index = broken.FindIndex(at % broken.Count, link => link.Sequence > 0);
        var link = broken[index];
        switch (what)
        {
            case 0:
                broken.RemoveAt(index);
                break;
            case 1:
                broken[index] = link with { Delta = link.Delta + 1 };
                break;
            case 2:
                broken[index] = link with { After = link.After + 1 };
                break;
            case 3:
                broken[index] = link with { Delta = link.Delta + 1, After = link.After + 1 };
                break;
            case 4:
                total++;
                break;
            case 5:
                count++;
                break;
            default:
                broken.Add(new(0, 1, 0));
                break;
        }
        Assert.False(Holds(broken, total, count));
    });

    [Fact]
    public void An_empty_ledger_holds_when_its_head_says_so()
    {
        Assert.True(Holds([], 0, 0));
        Assert.False(Holds([], 1, 0));
        Assert.False(Holds([], 0, 1));
    }
}
