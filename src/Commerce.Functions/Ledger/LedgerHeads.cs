using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Caching.Memory;

namespace Commerce.Functions.Ledger;

/// <summary>
/// The heads of one kind of ledger, one per partition: as they are stored, and as this process has last seen them, for a while. What was
/// seen is a hint, whatever is done with it: other processes write, too.
/// </summary>
public abstract class LedgerHeads<THead>(Container container, string headId, LedgerOptions options, TimeProvider time) : IDisposable
    where THead : class, IVersioned<THead>
{
    private readonly MemoryCache _seen = new(new MemoryCacheOptions { SizeLimit = options.CachedHeadsMax });

    internal Container Container => container;

    /// <summary>The last head seen, or the one that a replica has; null when there is none. A hint: it may have changed by now.</summary>
    public async ValueTask<THead?> PeekAsync(string key)
    {
        if (Seen(key) is { } seen)
            return seen;
        var head = await container.PeekAsync<THead>(headId, new PartitionKey(key));
        if (head is not null)
            Remember(key, head);
        return head;
    }

    /// <summary>The head as it is stored now; null when there is none.</summary>
    internal async Task<THead?> FindAtPrimaryAsync(string key, CancellationToken ct = default)
    {
        var head = await container.FindAtPrimaryAsync<THead>(headId, new PartitionKey(key), ct);
        if (head is null)
            Forget(key);
        else
            Remember(key, head);
        return head;
    }

    /// <summary>Keeps a head that was read, or written, just now.</summary>
    internal void Remember(string key, THead head) =>
        _seen.Set(key, new SeenHead(head, time.GetTimestamp()), new MemoryCacheEntryOptions { Size = 1 });

    /// <summary>Gives up the last head seen: it was changed by something else than a posting.</summary>
    internal void Forget(string key) => _seen.Remove(key);

    public void Dispose()
    {
        _seen.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The last head seen; null when there is none, or it was seen too long ago.</summary>
    protected THead? Seen(string key) =>
        _seen.TryGetValue(key, out SeenHead? seen) && time.GetElapsedTime(seen!.At) < options.HeadLifetime ? seen.Head : null;

    private sealed record SeenHead(THead Head, long At);
}

/// <summary>Bounds of a ledger's memory, in number and time.</summary>
public sealed record LedgerOptions
{
    /// <summary>Most commands that wait for one head; more are answered <c>busy</c>.</summary>
    public int QueueLengthMax { get; init; } = 5_000;

    /// <summary>Most heads kept in memory, at some 300 bytes each.</summary>
    public int CachedHeadsMax { get; init; } = 100_000;

    /// <summary>
    /// How long a head counts as seen that nobody has read or written since. Names and prices of a moment ago are what an order is accepted
    /// with, and what 202 and a change of a cart answer: half a minute is about as long as a buyer looks at a page, and costs one point
    /// read (1 RU) in that time for a product in demand, an instance.
    /// </summary>
    public TimeSpan HeadLifetime { get; init; } = TimeSpan.FromSeconds(30);
}
