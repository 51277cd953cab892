namespace Commerce.Load.Http;

/// <summary>
/// Whether anybody listens at the shop's address. What broke on the way is worth a repeat; a shop that has been gone for longer than a
/// restart takes is not, and whoever watches wants to know.
/// </summary>
/// <param name="address">The shop's.</param>
/// <param name="away">How long nobody may listen there.</param>
internal sealed class Presence(string address, TimeSpan away, TimeProvider time)
{
    private long _missedAt;

    /// <summary>An answer came.</summary>
    public void Seen() => Volatile.Write(ref _missedAt, 0);

    /// <summary>No connection was to be had.</summary>
    /// <exception cref="ShopUnreachableException">Nor was one for the whole time.</exception>
    public void Missed(Exception failure)
    {
        var now = time.GetTimestamp();
        var since = Interlocked.CompareExchange(ref _missedAt, now, 0);
        if (since != 0 && time.GetElapsedTime(since, now) >= away)
        {
            throw new ShopUnreachableException(
                $"The shop is gone: nobody has listened at {address} for {away.TotalSeconds:0} s ({failure.Message})", failure);
        }
    }
}
