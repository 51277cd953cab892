using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Load.Http;

/// <summary>The shop's account of its deliveries, as far as the driver needs it.</summary>
internal sealed record DeliveryStatus(string Breaker, long Waiting, long Parked);

/// <summary>What a mock receiver has, and a page of its events.</summary>
/// <param name="Failed">Deliveries that it answered badly or not at all, as it was told to.</param>
internal sealed record ReceiverPage(long Accepted, long Duplicates, long Rejected, long Failed, IReadOnlyList<ReceivedEvent> Items)
{
    /// <summary>Deliveries that came, whatever became of them.</summary>
    public long Attempts => Accepted + Duplicates + Rejected + Failed;
}

internal sealed record ReceivedEvent(long Sequence, string Id, DateTimeOffset ReceivedAt, JsonElement? Body);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DeliveryStatus))]
[JsonSerializable(typeof(ReceiverPage))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
