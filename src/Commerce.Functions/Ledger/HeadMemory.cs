using Microsoft.Extensions.Caching.Memory;

namespace Commerce.Functions.Ledger;

/// <summary>The last heads that a process has seen, for a while. Hints, whatever is done with them: other processes write, too.</summary>
internal sealed class HeadMemory<THead>(LedgerOptions options, TimeProvider time) : IDisposable
    where THead : class
{
    private readonly MemoryCache _heads = new(new MemoryCacheOptions { SizeLimit = options.CachedHeadsMax });

    /// <summary>The last head seen; null when there is none, or it was seen too long ago.</summary>
    public THead? Find(string key) =>
        _heads.TryGetValue(key, out Seen? seen) && time.GetElapsedTime(seen!.At) < options.HeadLifetime ? seen.Head : null;

    /// <summary>Keeps a head that was read, or written, just now.</summary>
    public void Keep(string key, THead head) =>
        _heads.Set(key, new Seen(head, time.GetTimestamp()), new MemoryCacheEntryOptions { Size = 1 });

    public void Forget(string key) => _heads.Remove(key);

    public void Dispose() => _heads.Dispose();

    private sealed record Seen(THead Head, long At);
}
