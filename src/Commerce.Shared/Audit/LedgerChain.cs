namespace Commerce.Shared.Audit;

/// <summary>
/// Whether the records of a ledger add up to its head and follow one on the other (each begins with what the one before left), from
/// records in any order and without keeping them: what each record leaves must be what its successor begins with, so hashes of both
/// cancel out, but for the first and the last.
/// </summary>
/// <param name="total">The head's balance or stock.</param>
/// <param name="count">How many records the head counts.</param>
public sealed class LedgerChain(long total, long count)
{
    private long _sum;
    private long _seen;
    private ulong _links;
    private bool _hasOddity;

    /// <summary>Takes a record in. Those that came after the head was read are passed over; repeats must not be given.</summary>
    /// <param name="sequence">Its position, from 1; 0 for one that changes nothing.</param>
    /// <param name="delta">What it adds.</param>
    /// <param name="after">The balance or stock that it leaves.</param>
    public void Add(long sequence, long delta, long after)
    {
        if (sequence > count)
            return;
        if (sequence < 1)
        {
            _hasOddity |= delta != 0;
            return;
        }
        unchecked
        {
            _sum += delta;
            _seen++;
            _links += Link(sequence, after - delta) - Link(sequence + 1, after);
        }
    }

    /// <summary>True when all records are there, add up to the head and follow one on the other.</summary>
    public bool Holds => !_hasOddity && _seen == count && _sum == total && _links == unchecked(Link(1, 0) - Link(count + 1, total));

    private static ulong Link(long sequence, long value) => unchecked(Mix((ulong)value ^ Mix((ulong)sequence)));

    /// <summary>The finalizer of SplitMix64: every bit of the input moves every bit of the output.</summary>
    private static ulong Mix(ulong bits)
    {
        unchecked
        {
            bits += 0x9E3779B97F4A7C15;
            bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
            bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
            return bits ^ (bits >> 31);
        }
    }
}
