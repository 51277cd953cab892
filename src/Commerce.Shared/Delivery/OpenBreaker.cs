using System.Text.Json.Serialization;

namespace Commerce.Shared.Delivery;

/// <summary>
/// That an instance's circuit breaker is open, in the container <c>deliveries</c> beside <see cref="DeliveryControl"/>: for those who do
/// not deliver themselves. Written when it opens and at each try that fails after that, deleted when it closes.
/// </summary>
public sealed record OpenBreaker
{
    public const string DocumentType = "breaker";

    /// <summary>How long a report outlives the try that it promises: an instance that is gone is not heard of again.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    public required string Id { get; init; }

    public string Shard { get; init; } = DeliveryControl.DocumentId;

    public string Type { get; init; } = DocumentType;

    /// <summary>Since when nothing was delivered.</summary>
    public required DateTimeOffset OpenSince { get; init; }

    /// <summary>When the last try failed.</summary>
    public required DateTimeOffset ReportedAt { get; init; }

    /// <summary>From when on the next event may try.</summary>
    public required DateTimeOffset RetryAt { get; init; }

    /// <summary>What the last try came to, for a person.</summary>
    public required string Detail { get; init; }

    /// <summary>Seconds after which the document expires.</summary>
    [JsonPropertyName("ttl")]
    public int TimeToLive => (int)(RetryAt - ReportedAt + KeptFor).TotalSeconds;

    /// <summary>The document of one instance.</summary>
    public static string IdOf(string instance) => "breaker-" + instance;
}
