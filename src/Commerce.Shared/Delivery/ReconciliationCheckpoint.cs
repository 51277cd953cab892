using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

/// <summary>
/// How far the books were compared with the deliveries, in the container <c>deliveries</c>: every order that was paid or cancelled before
/// has a delivery, or had one that is delivered.
/// </summary>
public sealed record ReconciliationCheckpoint : IVersioned<ReconciliationCheckpoint>
{
    public const string DocumentId = "reconciliation";

    public string Id { get; init; } = DocumentId;

    public string Shard { get; init; } = DocumentId;

    /// <summary>Payments before this have been compared.</summary>
    public required DateTimeOffset PaidUntil { get; init; }

    /// <summary>Cancellations before this have been compared.</summary>
    public required DateTimeOffset CancelledUntil { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public ReconciliationCheckpoint WithETag(string etag) => this with { ETag = etag };

    /// <summary>The checkpoint, moved on for one type of event.</summary>
    public ReconciliationCheckpoint MovedTo(string eventType, DateTimeOffset until) =>
        eventType == OrderEvents.PaidType ? this with { PaidUntil = until } : this with { CancelledUntil = until };

    /// <summary>Up to where events of a type have been compared.</summary>
    public DateTimeOffset Until(string eventType) => eventType == OrderEvents.PaidType ? PaidUntil : CancelledUntil;
}
