using Microsoft.Extensions.Caching.Memory;

namespace Commerce.Functions.Auth;

/// <summary>
/// Who sent the tokens that were verified lately, so that a signature is not checked for each request. Bounded; a token that falls out is
/// verified again. What was verified with other keys than the issuer has now does not count.
/// </summary>
internal sealed class VerifiedTokens(TimeProvider time) : IDisposable
{
    /// <summary>Most tokens that are remembered: those of as many users, in some 20 MB.</summary>
    public const int CountMax = 20_000;

    // Long enough that verifying costs nothing, however long the issuer lets its tokens live.
    private static readonly TimeSpan RememberedMax = TimeSpan.FromHours(1);

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CountMax });

    public int Count => _cache.Count;

    public Caller? Recall(TokenHash token, KeySet keys) =>
        _cache.TryGetValue(token, out Entry? entry) && entry!.Keys == keys && entry.Until > time.GetUtcNow() ? entry.Caller : null;

    /// <param name="token">The token.</param>
    /// <param name="keys">What it was verified with.</param>
    /// <param name="caller">Who sent it.</param>
    /// <param name="left">For how long it is still taken.</param>
    public void Remember(TokenHash token, KeySet keys, Caller caller, TimeSpan left)
    {
        var kept = left < RememberedMax ? left : RememberedMax;
        if (kept > TimeSpan.Zero)
            _cache.Set(
                token, new Entry(keys, caller, time.GetUtcNow() + kept),
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = kept });
    }

    public void Dispose() => _cache.Dispose();

    private sealed record Entry(KeySet Keys, Caller Caller, DateTimeOffset Until);
}
