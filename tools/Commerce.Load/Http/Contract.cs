using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Load.Http;

internal sealed record ChargeBody(long Amount);

internal sealed record OrderLineBody(string ProductId, int Quantity);

/// <param name="Items">What is wanted.</param>
/// <param name="ExpectedTotalAmount">Won that the buyer agrees to; null for whatever it costs.</param>
internal sealed record OrderBody(
    IReadOnlyList<OrderLineBody> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ExpectedTotalAmount);

internal sealed record QuantityBody(int Quantity);

internal sealed record ShardsBody(int Count);

internal sealed record Product(string ProductId, string Name, long Price, long Stock);

internal sealed record ProductPage(IReadOnlyList<Product> Items, string? NextCursor);

internal sealed record PlacedLine(string ProductId, long Quantity, long Amount);

internal sealed record PlacedOrder(
    string OrderId, string Status, IReadOnlyList<PlacedLine> Lines, long TotalAmount, DateTimeOffset CreatedAt, DateTimeOffset? PaidAt);

internal sealed record OrderPage(IReadOnlyList<PlacedOrder> Items, string? NextCursor);

internal sealed record TopItem(int Rank, string ProductId, long Quantity, long Revenue);

internal sealed record TopList(IReadOnlyList<TopItem> Items, DateTimeOffset? WindowStart, DateTimeOffset? AsOf);

/// <summary>
/// The shop's own account of itself. <paramref name="Ok"/> says whether every sum held. It has not come to its end while there is a
/// <paramref name="Round"/> under way or something in doubt.
/// </summary>
internal sealed record Audit(
    bool Ok, DateTimeOffset? CheckedAt, long Accounts, long Products, long Orders, IReadOnlyList<JsonElement>? Differences, int Doubts = 0,
        JsonElement? Round = null)
{
    [JsonIgnore]
    public bool IsComplete => CheckedAt is not null && Round is null && Doubts == 0;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChargeBody))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(OrderLineBody))]
[JsonSerializable(typeof(QuantityBody))]
[JsonSerializable(typeof(ShardsBody))]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(PlacedOrder))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(TopList))]
[JsonSerializable(typeof(Audit))]
internal sealed partial class ContractJson : JsonSerializerContext;
