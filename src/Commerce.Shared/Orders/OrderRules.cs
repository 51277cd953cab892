using System.Globalization;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Orders;

/// <summary>How a request becomes an order. Ids and quantities of the single items are checked where requests come in.</summary>
public static class OrderRules
{
    /// <summary>
    /// One item a product, in ascending product id: quantities of one product are added, so that two lines of the same product
    /// cannot each pass where both together would not.
    /// </summary>
    public static Result<IReadOnlyList<OrderItem>> Normalize(IReadOnlyList<OrderItem> items)
    {
        if (items.Count is 0 or > Limits.OrderLinesMax)
            return Failure.Validation("items", $"must have 1 to {Limits.OrderLinesMax} entries");
        var quantities = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var sum = quantities.GetValueOrDefault(items[i].ProductId) + items[i].Quantity;
            if (sum > Limits.QuantityMax)
                return Failure.Validation($"items[{i}].quantity", $"must not bring the product to more than {Limits.QuantityMax} in one order");
            quantities[items[i].ProductId] = sum;
        }
        return quantities.Select(pair => new OrderItem(pair.Key, pair.Value)).ToArray();
    }

    /// <summary>
    /// Equal for requests that mean the same, whatever the order and the splitting of their items. A checkout means "what is in the
    /// cart", which another request may have changed since: all checkouts under a key are the same request.
    /// </summary>
    public static string Fingerprint(OrderRequest request, IReadOnlyList<OrderItem> normalized) => request.FromCart
        ? OperationId.Fingerprint("cart")
        : OperationId.Fingerprint(
            [.. normalized.SelectMany(item => new[] { item.ProductId, item.Quantity.ToString(CultureInfo.InvariantCulture) })]);

    /// <summary>The pending order for a request.</summary>
    /// <param name="request">Who wants what.</param>
    /// <param name="normalized">The request's items after <see cref="Normalize"/>.</param>
    /// <param name="products">The products as last seen, aligned with <paramref name="normalized"/>; null for one that is not there.</param>
    /// <param name="now">The time to record, UTC.</param>
    public static Result<Order> Accept(
        OrderRequest request, IReadOnlyList<OrderItem> normalized, IReadOnlyList<Product?> products, DateTimeOffset now)
    {
        var lines = new OrderLine[normalized.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            if (products[i] is not { } product)
                return Failure.Validation($"items[{request.IndexOf(normalized[i].ProductId)}].productId", "there is no such product");
            lines[i] = Line(normalized[i].ProductId, product.Name, product.Price, normalized[i].Quantity);
        }
        var total = lines.Sum(line => line.Amount);
        if (total > Limits.MoneyMax)
            return Failure.Validation("items", $"must cost {Limits.MoneyMax} won in all at most");
        return new Order
        {
            Id = OperationId.Order(request.UserId, request.IdempotencyKey),
            UserId = request.UserId,
            Status = OrderStatus.Pending,
            Fingerprint = Fingerprint(request, normalized),
            FromCart = request.FromCart,
            Lines = lines,
            TotalAmount = total,
            CreatedAt = now,
            TraceParent = request.TraceParent,
        };
    }

    /// <summary>The lines at other prices, aligned with them.</summary>
    public static IReadOnlyList<OrderLine> Reprice(IReadOnlyList<OrderLine> lines, IReadOnlyList<long> unitPrices) =>
        [.. lines.Zip(unitPrices, (line, price) => Line(line.ProductId, line.Name, price, line.Quantity))];

    // No overflow: 10^9 won times 10^6 pieces times 1,200 lines is below 2^63.
    private static OrderLine Line(string productId, string name, long unitPrice, long quantity) =>
        new(productId, name, unitPrice, quantity, checked(unitPrice * quantity));
}

/// <summary>A user's wish to buy, as it came in.</summary>
/// <param name="UserId">Who buys.</param>
/// <param name="IdempotencyKey">What a repeat of the request is known by.</param>
/// <param name="Items">What is wanted, in the client's order.</param>
/// <param name="TraceParent">W3C trace parent of the request.</param>
public sealed record OrderRequest(string UserId, string IdempotencyKey, IReadOnlyList<OrderItem> Items, string? TraceParent)
{
    /// <summary>True when <see cref="Items"/> are those of the user's cart, which they leave when the order is paid.</summary>
    public bool FromCart { get; init; }

    internal int IndexOf(string productId)
    {
        var i = 0;
        while (Items[i].ProductId != productId)
            i++;
        return i;
    }
}
