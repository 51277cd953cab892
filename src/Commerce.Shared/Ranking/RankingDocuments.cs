using System.Text.Json.Serialization;

namespace Commerce.Shared.Ranking;

/// <summary>
/// How far a fold has come, in the container <c>ranking</c>. Its ETag guards every commit of its scope: of two timers that overlap
/// one succeeds.
/// </summary>
public sealed record RankingCheckpoint : IVersioned<RankingCheckpoint>
{
    public const string DocumentId = "checkpoint";

    public string Id { get; init; } = DocumentId;

    public required string Scope { get; init; }

    /// <summary>Commits so far.</summary>
    public required long Commit { get; init; }

    /// <summary>From when on the change feed is read: no window reaches further back.</summary>
    public required DateTimeOffset FeedStart { get; init; }

    /// <summary>Progress in each range that the accounts' change feed had when the fold began. The SDK follows splits from there.</summary>
    public required IReadOnlyList<RankingRange> Ranges { get; init; }

    /// <summary>
    /// Every sale before it is in the lists: when the last pass over the feed began that came to its end, less what clocks and replicas may
    /// be apart. Never earlier than it was. Null before the first.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Sales are stored, by whichever run, that the lists do not count yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HasUnlisted { get; init; }

    /// <summary>When the lists were made; some sales between <see cref="AsOf"/> and this may be missing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? WindowEnd { get; init; }

    /// <summary>The lists, one per window.</summary>
    public IReadOnlyList<RankingListRef> Lists { get; init; } = [];

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public RankingCheckpoint WithETag(string etag) => this with { ETag = etag };
}

/// <param name="Range">A feed range, as the SDK writes it.</param>
/// <param name="Continuation">Where to read on; null for the beginning.</param>
public sealed record RankingRange(
    string Range, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Continuation);

/// <param name="Window">Name of the window.</param>
/// <param name="WindowStart">Where it began.</param>
/// <param name="Commit">The commit that last changed the list's document.</param>
public sealed record RankingListRef(string Window, DateTimeOffset WindowStart, long Commit);

/// <summary>The precomputed best sellers of one window, in the container <c>ranking</c>.</summary>
public sealed record RankingList
{
    /// <summary>Most products of a list.</summary>
    public const int ProductsMax = 100;

    public required string Id { get; init; }

    public required string Scope { get; init; }

    public required string Window { get; init; }

    /// <summary>The commit that wrote it.</summary>
    public required long Commit { get; init; }

    /// <summary>Best first.</summary>
    public required IReadOnlyList<RankedProduct> Products { get; init; }

    public static string IdOf(string window) => "top-" + window;
}

/// <param name="ProductId">The product.</param>
/// <param name="Name">Its name when the list was made.</param>
/// <param name="Price">Its price then, won.</param>
/// <param name="Quantity">Pieces sold, less those of cancelled orders.</param>
/// <param name="Revenue">Won, at the prices paid.</param>
public sealed record RankedProduct(string ProductId, string Name, long Price, long Quantity, long Revenue);

/// <summary>Which scope of the container <c>ranking</c> is served, and which is being built to take its place.</summary>
public sealed record RankingPointer : IVersioned<RankingPointer>
{
    public const string DocumentId = "pointer";

    public string Id { get; init; } = DocumentId;

    public string Scope { get; init; } = DocumentId;

    /// <summary>Number of the generation that is served.</summary>
    public required int Generation { get; init; }

    /// <summary>Number of the generation that is being rebuilt from scratch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Rebuilding { get; init; }

    /// <summary>When the rebuild was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>When the generation that is served took over from the one before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SwappedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public RankingPointer WithETag(string etag) => this with { ETag = etag };

    /// <summary>The partition of a generation.</summary>
    public static string ScopeOf(int generation) => $"paid-{generation}";
}
