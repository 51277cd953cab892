namespace Commerce.Shared.Ledger;

/// <summary>Follows a ledger along the records that are to be written: whether they add up, and to what.</summary>
/// <param name="Total">Won or pieces.</param>
/// <param name="Count">Records that have changed it.</param>
/// <param name="AddsUp">False when some record did not follow from those before it.</param>
public readonly record struct LedgerSum(long Total, long Count, bool AddsUp = true)
{
    /// <summary>The sum after one more record.</summary>
    /// <param name="delta">What it changes.</param>
    /// <param name="after">The total that it says it leaves.</param>
    /// <param name="sequence">Its position; 0 for one that changes nothing.</param>
    public LedgerSum With(long delta, long after, long sequence)
    {
        var (total, count) = sequence == 0 ? (Total, Count) : (Total + delta, Count + 1);
        return new(total, count, AddsUp && after == total && (sequence == 0 ? delta == 0 : sequence == count));
    }

    /// <summary>True when a head is what the records add up to, and not below zero.</summary>
    public bool Explains(long total, long count) => AddsUp && total == Total && count == Count && total >= 0;
}
