using System.Text.Json.Serialization;

namespace Commerce.Shared.Audit;

/// <summary>
/// What the audit has proved and where it goes on, in the container <c>ranking</c> under a scope of its own. Its ETag guards every step:
/// of two runs that overlap, one gets on and the other stops.
/// </summary>
public sealed record AuditCheckpoint : IVersioned<AuditCheckpoint>
{
    public const string DocumentId = "audit";

    /// <summary>Most places that are kept for a recheck. Beyond them differences are counted only.</summary>
    public const int DoubtsMax = 100;

    public string Id { get; init; } = DocumentId;

    public string Scope { get; init; } = DocumentId;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last round that came to its end; null before the first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AuditProof? Proof { get; init; }

    /// <summary>The round that is under way; null between two.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AuditRound? Round { get; init; }

    /// <summary>Where the change feeds are read on, one per range.</summary>
    public required IReadOnlyList<AuditFeedRange> Feed { get; init; }

    /// <summary>Whatever was written before has been checked since; null until the feeds have been read to their ends once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ChangesProvedAt { get; init; }

    /// <summary>Where something did not agree, at most <see cref="DoubtsMax"/>.</summary>
    public IReadOnlyList<AuditDoubt> Doubts { get; init; } = [];

    /// <summary>Until when a run that does not come back keeps others from beginning; null when none is at work.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? BusyUntil { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public AuditCheckpoint WithETag(string etag) => this with { ETag = etag };

    /// <summary>True when the last round found nothing that still stands, and nothing was found since.</summary>
    [JsonIgnore]
    public bool Holds => Proof is { Unlisted: 0 } && Doubts.All(static doubt => doubt.ConfirmedAt is null);

    /// <summary>Adds a doubt, unless the same place is doubted already. False when there is no room for it.</summary>
    public (AuditCheckpoint Checkpoint, bool IsListed) With(AuditDoubt doubt)
    {
        if (Doubts.Any(doubt.IsSamePlace))
            return (this, true);
        return Doubts.Count >= DoubtsMax ? (this, false) : (this with { Doubts = [.. Doubts, doubt] }, true);
    }
}

/// <summary>A round that read everything.</summary>
/// <param name="StartedAt">What was written before it is proved.</param>
/// <param name="CompletedAt">When it came to its end.</param>
/// <param name="Accounts">Accounts checked.</param>
/// <param name="Products">Products checked.</param>
/// <param name="Orders">Orders checked.</param>
/// <param name="Unlisted">Differences beyond those that are listed.</param>
public sealed record AuditProof(
    DateTimeOffset StartedAt, DateTimeOffset CompletedAt, long Accounts, long Products, long Orders, long Unlisted);

/// <summary>A round on its way: all accounts, then all products, then all orders.</summary>
public sealed record AuditRound
{
    public required DateTimeOffset StartedAt { get; init; }

    public AuditPart Part { get; init; }

    /// <summary>The last user or product whose partition was begun; empty before the first.</summary>
    public string After { get; init; } = "";

    /// <summary>Ledgers that have been begun and are too long for one step.</summary>
    public IReadOnlyList<LedgerPlace> Open { get; init; } = [];

    /// <summary>Where the query for orders goes on; null for its beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Continuation { get; init; }

    public long Accounts { get; init; }

    public long Products { get; init; }

    public long Orders { get; init; }

    public long Unlisted { get; init; }
}

/// <param name="Owner">The user or product.</param>
/// <param name="Sequence">The last record that was proved; 0 to begin.</param>
/// <param name="Total">What it left, in won or pieces; null to believe the next record.</param>
public sealed record LedgerPlace(
    string Owner, long Sequence, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Total);

/// <param name="Part">Whose feed: that of accounts or of products.</param>
/// <param name="Range">A feed range, as the SDK writes it.</param>
/// <param name="Continuation">Where to read on; null for the moment at which the checkpoint was made.</param>
public sealed record AuditFeedRange(
    AuditPart Part, string Range, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Continuation);

/// <summary>
/// A place where something did not agree at first sight. It is rechecked later, when every replica must have caught up; what still
/// does not agree then is a difference, and is checked in every run until it agrees.
/// </summary>
/// <param name="Part">What is to be checked.</param>
/// <param name="Place">The ledger and where in it; for an order its id.</param>
/// <param name="SeenAt">When it was seen first.</param>
public sealed record AuditDoubt(AuditPart Part, LedgerPlace Place, DateTimeOffset SeenAt)
{
    /// <summary>Most differences that are kept of one place: the first ones show what is wrong.</summary>
    public const int DifferencesMax = 10;

    /// <summary>When it was confirmed; null while it is only suspected.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>What the last check found, at most <see cref="DifferencesMax"/>.</summary>
    public IReadOnlyList<AuditDifference> Differences { get; init; } = [];

    public bool IsSamePlace(AuditDoubt other) =>
        other.Part == Part && other.Place.Owner == Place.Owner && other.Place.Sequence == Place.Sequence;
}

/// <summary>What an audit checks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditPart>))]
public enum AuditPart
{
    /// <summary>An account and its entries.</summary>
    [JsonStringEnumMemberName("accounts")]
    Accounts,

    /// <summary>A product and its movements.</summary>
    [JsonStringEnumMemberName("products")]
    Products,

    /// <summary>Orders, and what was booked for them.</summary>
    [JsonStringEnumMemberName("orders")]
    Orders,

    /// <summary>What an account holds for its pending orders.</summary>
    [JsonStringEnumMemberName("holds")]
    Holds,
}
