using System.Text.Json.Serialization;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Orders;

/// <summary>
/// An order as its steps need it. It ends up in the histories of orchestrations: ids and numbers, never documents.
/// </summary>
/// <param name="OrderId">The order; the instance id of the orchestration that places it.</param>
/// <param name="UserId">Who buys.</param>
/// <param name="Items">What is bought, in ascending product id.</param>
public sealed record OrderWork(string OrderId, string UserId, IReadOnlyList<SoldLine> Items)
{
    /// <summary>As <see cref="Order.Revision"/>.</summary>
    public int Revision { get; init; }

    /// <summary>As <see cref="Order.IsPriceBound"/>.</summary>
    public bool IsPriceBound { get; init; }

    /// <summary>As <see cref="Order.PaidAt"/>.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>Won: what a pending order holds, and a paid one has cost.</summary>
    public long TotalAmount => Items.Sum(static item => checked(item.UnitPrice * item.Quantity));

    public static OrderWork Of(Order order) =>
        new(order.Id, order.UserId, [.. order.Lines.Select(SoldLine.Of)])
        {
            Revision = order.Revision,
            IsPriceBound = order.IsPriceBound,
            PaidAt = order.PaidAt,
        };
}

/// <summary>A line of an order as its steps see it, and as its payment and its refund record it.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Won a piece: as the order says, and as it is paid.</param>
public sealed record SoldLine(string ProductId, long Quantity, long UnitPrice)
{
    /// <summary>As <see cref="OrderLine.Shard"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Shard { get; init; }

    /// <summary>The key of the partition that it is sold out of.</summary>
    [JsonIgnore]
    public string Partition => StockPartition.KeyOf(ProductId, Shard);

    public static SoldLine Of(OrderLine line) => new(line.ProductId, line.Quantity, line.UnitPrice) { Shard = line.Shard };
}

/// <summary>How a pending order is decided, should it still be the one that <paramref name="Work"/> says.</summary>
/// <param name="Work">The order.</param>
/// <param name="Status">Paid or rejected.</param>
public sealed record OrderDecision(OrderWork Work, OrderStatus Status)
{
    /// <summary>Of an order that is paid: when.</summary>
    public DateTimeOffset? PaidAt { get; init; }

    /// <summary>Of an order that is rejected: why.</summary>
    public Failure? Rejection { get; init; }
}
