using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

/// <summary>What operators have ordered for all deliveries, in the container <c>deliveries</c>.</summary>
public sealed record DeliveryControl
{
    public const string DocumentId = "control";

    public string Id { get; init; } = DocumentId;

    public string Shard { get; init; } = DocumentId;

    /// <summary>Nothing is sent while this is so; events wait.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Everything parked up to here is to be tried again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReleaseParkedUntil { get; init; }

    /// <summary>When an operator last ordered something.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ChangedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }
}
