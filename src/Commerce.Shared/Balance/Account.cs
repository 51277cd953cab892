using System.Text.Json.Serialization;

namespace Commerce.Shared.Balance;

/// <summary>
/// A user's balance: the head document of the partition <c>/userId</c> in the container <c>accounts</c>, where the user's orders and cart
/// lie as well. The sum of the user's <see cref="LedgerEntry.Amount"/> is <see cref="Balance"/>, and the sum of what the user's pending
/// orders cost is <see cref="Held"/>, at every moment.
/// </summary>
public sealed record Account : IVersioned<Account>
{
    public const string DocumentId = "account";
    public const string DocumentType = "account";

    public string Id { get; init; } = DocumentId;

    public string Type { get; init; } = DocumentType;

    public required string UserId { get; init; }

    /// <summary>Won, 0 to <see cref="Limits.MoneyMax"/>.</summary>
    public required long Balance { get; init; }

    /// <summary>Won that pending orders hold, 0 to <see cref="Balance"/>: still the user's, but not to be spent on anything else.</summary>
    public long Held { get; init; }

    /// <summary>Won that another order may hold.</summary>
    [JsonIgnore]
    public long Available => Balance - Held;

    /// <summary>How many entries have changed the balance; the last one's <see cref="LedgerEntry.Sequence"/>.</summary>
    public required long EntryCount { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public Account WithETag(string etag) => this with { ETag = etag };
}
