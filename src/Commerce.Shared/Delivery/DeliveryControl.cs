using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

/// <summary>
/// What holds for all deliveries, on every instance: what operators have ordered, and the pause that the platform asked for.
/// </summary>
public sealed record DeliveryControl : IVersioned<DeliveryControl>
{
    public const string DocumentId = "control";

    public string Id { get; init; } = DocumentId;

    public string Shard { get; init; } = DocumentId;

    /// <summary>Nothing is sent while this is so; events wait.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The platform has asked that nothing is sent before this; a resume ends that, too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? PausedByPlatformUntil { get; init; }

    /// <summary>Everything parked up to here is to be tried again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ReleaseParkedUntil { get; init; }

    /// <summary>When any of this was last changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ChangedAt { get; init; }

    [JsonPropertyName("_etag")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ETag { get; init; }

    public DeliveryControl WithETag(string etag) => this with { ETag = etag };

    /// <summary>An operator's order to go on, whoever has asked for the pause.</summary>
    public static DeliveryControl Resumed(DeliveryControl control) => control with { IsPaused = false, PausedByPlatformUntil = null };

    /// <summary>Whether nothing may be sent at a moment.</summary>
    public bool IsHeldAt(DateTimeOffset now) => IsPaused || now < PausedByPlatformUntil;
}
