using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Bench;

/// <summary>What a shop like this one sees: names of usual length, baskets of one line and of 21 (the mean of real baskets).</summary>
internal static class Samples
{
    public const int BasketLines = 21;
    public const int ProductsMax = 200;
    public const long Price = 12_900;
    public const string UserId = "bench-user";

    public static string ProductId(int index) => $"bench-product-{index:000}";

    public static Product Product(int index, DateTimeOffset now) => new()
    {
        ProductId = ProductId(index),
        Name = $"A product with a name of usual length {index}",
        Price = Price,
        Stock = 1_000_000_000,
        CreatedAt = now,
        UpdatedAt = now,
        ETag = "\"0000-0001\"",
    };

    /// <summary>An order as it comes in, its items in no order.</summary>
    public static OrderRequest Request(int lines, string key) => new(
        UserId, key, [.. Enumerable.Range(0, lines).Select(index => new OrderItem(ProductId((index * 7) % lines), 2))],
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    public static Order Order(int lines, string key, DateTimeOffset now) => OrderRules.Accept(
        OrderRules.Draft(Request(lines, key)).Value!, [.. Enumerable.Range(0, lines).Select(index => Product(index, now))], now).Value!;
}
