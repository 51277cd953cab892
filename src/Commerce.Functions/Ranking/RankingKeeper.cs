using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Ranking;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Ranking;

/// <summary>
/// Keeps the generation that is served up to date, and beside it the one that is being rebuilt; when that has caught up, it takes over.
/// </summary>
public sealed partial class RankingKeeper(
    AccountFeed feed,
    RankingStore store,
    ProductReader products,
    IOptions<RankingOptions> options,
    TimeProvider time,
    ILogger<RankingKeeper> logger) : IDisposable
{
    private readonly SemaphoreSlim _running = new(1, 1);

    /// <summary>Folds by generation. Those no longer in use are dropped.</summary>
    private readonly Dictionary<int, SalesFold> _folds = [];

    /// <summary>One run. Null when the one before is still at it here.</summary>
    public Task<FoldOutcome?> RunAsync(CancellationToken ct) => RunAsync(yields: false, ct);

    /// <summary>One run, which leaves to another instance what that one keeps up to date.</summary>
    /// <inheritdoc cref="RunAsync(CancellationToken)"/>
    public Task<FoldOutcome?> KeepUpAsync(CancellationToken ct) => RunAsync(yields: true, ct);

    private async Task<FoldOutcome?> RunAsync(bool yields, CancellationToken ct)
    {
        if (!await _running.WaitAsync(TimeSpan.Zero, ct))
            return null;
        try
        {
            var current = await PointerAsync(ct);
            foreach (var former in _folds.Keys.Where(generation => generation != current.Generation && generation != current.Rebuilding))
                _folds.Remove(former);
            return await FoldBothAsync(current, yields, ct);
        }
        finally
        {
            _running.Release();
        }
    }

    private async Task<FoldOutcome> FoldBothAsync(RankingPointer current, bool yields, CancellationToken ct)
    {
        try
        {
            return await FoldOf(current.Generation).RunAsync(Slice, yields, ct);
        }
        finally
        {
            // The rebuilt one is what helps when the other cannot be folded any more, after a restore for example.
            if (current.Rebuilding is { } rebuilding && await FoldOf(rebuilding).RunAsync(Slice, yields, ct) == FoldOutcome.CaughtUp)
                await SwapAsync(current, rebuilding, ct);
        }
    }

    /// <summary>Starts to build the ranking from scratch. A repeat while that is under way changes nothing.</summary>
    public Task<RankingPointer> RebuildAsync(CancellationToken ct) => LostRaces.UpdateUntilWonAsync(time, async () =>
    {
        var current = await PointerAsync(ct);
        return current.Rebuilding is not null
            ? current
            : await store.TryWritePointerAsync(current with { Rebuilding = current.Generation + 1, RequestedAt = time.GetUtcNow() });
    });

    /// <summary>How far a generation is; null when it has not begun.</summary>
    public Task<RankingCheckpoint?> ProgressAsync(int generation, CancellationToken ct) =>
        store.FindCheckpointAsync(RankingPointer.ScopeOf(generation), ct);

    /// <summary>The pointer; the first one is made here.</summary>
    public Task<RankingPointer> PointerAsync(CancellationToken ct) => LostRaces.UpdateUntilWonAsync(time, async () =>
        await store.FindPointerAsync(ct) ?? await store.TryWritePointerAsync(new RankingPointer { Generation = 1 }));

    public void Dispose() => _running.Dispose();

    private TimeSpan Slice => TimeSpan.FromSeconds(options.Value.SliceSeconds);

    private SalesFold FoldOf(int generation)
    {
        if (!_folds.TryGetValue(generation, out var fold))
            _folds.Add(generation, fold = new SalesFold(RankingPointer.ScopeOf(generation), feed, store, products, time));
        return fold;
    }

    private async Task SwapAsync(RankingPointer current, int rebuilt, CancellationToken ct)
    {
        var next = current with { Generation = rebuilt, Rebuilding = null, SwappedAt = time.GetUtcNow() };
        if (await store.TryWritePointerAsync(next) is null)
            return;
        LogSwapped(rebuilt, current.Generation);
        await store.DeleteAsync(RankingPointer.ScopeOf(current.Generation), ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The ranking was rebuilt: generation {Rebuilt} takes the place of {Former}")]
    private partial void LogSwapped(int rebuilt, int former);
}
