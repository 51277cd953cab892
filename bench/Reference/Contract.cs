using System.Text.Json.Serialization;

namespace Commerce.Bench.Reference;

internal sealed record Product(string ProductId, string Name, long Price, long Stock);

internal sealed record ProductPage(IReadOnlyList<Product> Items, string? NextCursor);

internal sealed record TopItem(int Rank, string ProductId, string Name, long Price, long Quantity, long Revenue);

internal sealed record TopList(IReadOnlyList<TopItem> Items, DateTimeOffset WindowStart, DateTimeOffset AsOf);

internal sealed record ChargeRequest(long Amount);

internal sealed record Balance(string UserId, long Amount);

internal sealed record OrderRequest(IReadOnlyList<OrderItem> Items);

internal sealed record OrderItem(string ProductId, int Quantity);

internal sealed record OrderLine(string ProductId, string Name, long UnitPrice, int Quantity, long Amount);

internal sealed record Order(string OrderId, string Status, IReadOnlyList<OrderLine> Lines, long TotalAmount, DateTimeOffset CreatedAt,
    DateTimeOffset PaidAt);

internal sealed record Problem(string Type, int Status, string Detail);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(ProductPage))]
[JsonSerializable(typeof(TopList))]
[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(Balance))]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ReferenceJson : JsonSerializerContext;

/// <summary>The answers that are none of success.</summary>
internal static class Refusals
{
    public static IResult Of(int status, string type, string detail) =>
        Results.Json(new Problem(type, status, detail), ReferenceJson.Default.Problem, "application/problem+json", status);
}
