using System.Text.Json;

namespace Commerce.Load.Http;

/// <summary>The calls of the contract, serialised once and sent often.</summary>
internal static class Requests
{
    public static ShopRequest Charge(ShopEndpoint shop, string userId, long amount, int operation = 0) =>
        new(HttpMethod.Post, shop.At($"api/users/{userId}/balance/charges"),
            JsonSerializer.SerializeToUtf8Bytes(new ChargeBody(amount), ContractJson.Default.ChargeBody), operation, NeedsKey: true);

    public static ShopRequest Order(ShopEndpoint shop, string userId, byte[] body) =>
        new(HttpMethod.Post, shop.At($"api/users/{userId}/orders"), body, NeedsKey: true);

    public static ShopRequest Cancel(ShopEndpoint shop, string userId, string orderId) =>
        new(HttpMethod.Post, shop.At($"api/users/{userId}/orders/{orderId}/cancellation"), NeedsKey: true);

    /// <param name="userId">Who asks, where the path does not say so; else an operator.</param>
    public static ShopRequest Get(ShopEndpoint shop, string path, string? userId = null) =>
        new(HttpMethod.Get, shop.At(path), UserId: userId);

    /// <summary>An operator spreads a product's stock.</summary>
    public static ShopRequest Shards(ShopEndpoint shop, string productId, int count) =>
        new(HttpMethod.Put, shop.At($"api/ops/products/{productId}/shards"),
            JsonSerializer.SerializeToUtf8Bytes(new ShardsBody(count), ContractJson.Default.ShardsBody), ForOperator: true);

    public static byte[] OrderBody(IEnumerable<(string ProductId, int Quantity)> lines, long? expectedTotalAmount = null) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new OrderBody([.. lines.Select(line => new OrderLineBody(line.ProductId, line.Quantity))], expectedTotalAmount),
                ContractJson.Default.OrderBody);

    public static byte[] CartItemBody(string productId, int quantity) =>
        JsonSerializer.SerializeToUtf8Bytes(new OrderLineBody(productId, quantity), ContractJson.Default.OrderLineBody);

    public static byte[] QuantityBody(int quantity) =>
        JsonSerializer.SerializeToUtf8Bytes(new QuantityBody(quantity), ContractJson.Default.QuantityBody);
}
