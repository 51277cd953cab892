using System.Globalization;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Orders;

/// <summary>
/// How a request becomes an order, and what becomes of it. Ids and quantities of the single items are checked where requests come in.
/// </summary>
public static class OrderRules
{
    private const string ExpectedTotal = "expected total";

    /// <summary>What is wrong with a request for so many items; null if nothing is.</summary>
    public static string? RefuseCount(int count) =>
        count is 0 or > Limits.OrderLinesMax ? $"must have 1 to {Limits.OrderLinesMax} entries" : null;

    /// <summary>
    /// One item a product, in ascending product id: quantities of one product are added, so that two lines of the same product
    /// cannot each pass where both together would not.
    /// </summary>
    public static Result<OrderDraft> Draft(OrderRequest request)
    {
        var items = request.Items;
        if (RefuseCount(items.Count) is { } failure)
            return Failure.Validation("items", failure);
        var quantities = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var sum = quantities.GetValueOrDefault(items[i].ProductId) + items[i].Quantity;
            if (sum > Limits.QuantityMax)
                return Failure.Validation(
                    $"items[{i}].quantity", $"must not bring the product to more than {Limits.QuantityMax} in one order");
            quantities[items[i].ProductId] = sum;
        }
        OrderItem[] lines = [.. quantities.Select(static pair => new OrderItem(pair.Key, pair.Value))];
        return new OrderDraft(OperationId.Order(request.UserId, request.IdempotencyKey), Fingerprint(request, lines), lines, request);
    }

    /// <summary>The order for a request: pending, or rejected when it would cost something else than its buyer expects.</summary>
    /// <param name="draft">Who wants what.</param>
    /// <param name="products">The products as last seen, aligned with the draft's items; null for one that is not there.</param>
    /// <param name="now">The time to record, UTC.</param>
    public static Result<Order> Accept(OrderDraft draft, IReadOnlyList<Product?> products, DateTimeOffset now)
    {
        var (request, lines) = (draft.Request, new OrderLine[draft.Items.Count]);
        for (var i = 0; i < lines.Length; i++)
        {
            if (products[i] is not { } product)
                return Failure.Validation($"items[{request.IndexOf(draft.Items[i].ProductId)}].productId", "there is no such product");
            var quantity = draft.Items[i].Quantity;
            lines[i] = new OrderLine(draft.Items[i].ProductId, product.Name, product.Price, quantity, 0)
            {
                Shard = StockPartition.HomeOf(request.UserId, product.Shards),
            }.At(product.Price);
        }
        var total = lines.Sum(line => line.Amount);
        if (total > Limits.MoneyMax)
            return Failure.Validation("items", $"must cost {Limits.MoneyMax} won in all at most");
        var order = new Order
        {
            Id = draft.Id,
            UserId = request.UserId,
            Status = OrderStatus.Pending,
            Fingerprint = draft.Fingerprint,
            CartLines = request.FromCart ? LinesInOrder(request.Items, draft.Items) : null,
            IsPriceBound = request.IsPriceBound,
            Lines = lines,
            TotalAmount = total,
            CreatedAt = now,
            TraceParent = TraceParents.WellFormed(request.TraceParent),
        };
        return request.ExpectedTotalAmount is { } expected
            && expected != total ? order.RejectedFor(Failure.PriceChanged(expected, total)) : order;
    }

    /// <summary>The next revision of an order, at other prices.</summary>
    /// <param name="order">The order.</param>
    /// <param name="unitPrices">Won a piece, aligned with its lines.</param>
    public static Order Reprice(Order order, IReadOnlyList<long> unitPrices)
    {
        OrderLine[] lines = [.. order.Lines.Zip(unitPrices, static (line, price) => line.At(price))];
        return order with { Lines = lines, TotalAmount = lines.Sum(static line => line.Amount), Revision = order.Revision + 1 };
    }

    /// <summary>
    /// Why an order is rejected whose lines were not all taken. It follows from what its lines left in the stock ledgers, so it is the same
    /// whenever it is asked for.
    /// </summary>
    /// <param name="work">The order.</param>
    /// <param name="lines">What became of each item, aligned; null where there is no such product.</param>
    public static Failure ReasonToReject(OrderWork work, IReadOnlyList<StockMovement?> lines)
    {
        var total = 0L;
        var hasOtherPrice = false;
        SoldLine? closed = null;
        for (var i = 0; i < lines.Count; i++)
        {
            var (item, line) = (work.Items[i], lines[i]);
            if (line is null)
                return NoProduct(item);
            if (line is { Kind: MovementKind.Refused, UnitPrice: null })
                return Failure.InsufficientStock(item.ProductId, item.Quantity, StockRules.AvailableTo(line));
            if (line.Kind == MovementKind.Sealed)
                closed ??= item;
            var price = line.UnitPrice ?? item.UnitPrice;
            total += price * item.Quantity;
            hasOtherPrice |= price != item.UnitPrice;
        }
        if (hasOtherPrice)
            return Failure.PriceChanged(work.TotalAmount, total);
        // Closed, and none refused: the product was away when its line was tried, and there again when it was closed.
        return closed is not null
            ? NoProduct(closed)
            : throw new ArgumentException($"Nothing keeps order '{work.OrderId}' from being paid.", nameof(lines));
    }

    /// <summary>
    /// Equal for requests that mean the same, whatever the order and the splitting of their items. A checkout means "what is in the
    /// cart", which another request may have changed since: all checkouts under a key that expect the same total are the same request.
    /// </summary>
    private static string Fingerprint(OrderRequest request, OrderItem[] items)
    {
        List<string> parts = request.FromCart
            ? ["cart"]
            : [.. items.SelectMany(static item => new[] { item.ProductId, Text(item.Quantity) })];
        if (request.ExpectedTotalAmount is { } expected)
            parts.AddRange([ExpectedTotal, Text(expected)]);
        else if (parts is [.., ExpectedTotal, _])
            parts.Add(""); // A product may be called so. All other fingerprints stay as they were, also those in stored orders.
        return OperationId.Fingerprint([.. parts]);
    }

    private static Failure NoProduct(SoldLine item) =>
        Failure.NotFound($"There is no product '{item.ProductId}'.") with { ProductId = item.ProductId };

    private static int[] LinesInOrder(IReadOnlyList<OrderItem> items, IReadOnlyList<OrderItem> lines)
    {
        var numbers = lines.Index().ToDictionary(static line => line.Item.ProductId, static line => line.Index);
        return [.. items.Select(item => numbers[item.ProductId])];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
