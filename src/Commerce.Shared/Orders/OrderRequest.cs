using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;

namespace Commerce.Shared.Orders;

/// <summary>A user's request to buy, as it came in.</summary>
/// <param name="UserId">Who buys.</param>
/// <param name="IdempotencyKey">What a repeat of the request is known by.</param>
/// <param name="Items">What is wanted, in the client's order.</param>
/// <param name="TraceParent">W3C trace parent of the request, as the client sent it.</param>
public sealed record OrderRequest(string UserId, string IdempotencyKey, IReadOnlyList<OrderItem> Items, string? TraceParent)
{
    /// <summary>True when <see cref="Items"/> are those of the user's cart.</summary>
    public bool FromCart { get; init; }

    /// <summary>The cart that is checked out, as it was read.</summary>
    public ShoppingCart? Cart { get; init; }

    /// <summary>True when <see cref="Cart"/> and <see cref="SeenProducts"/> are what the primary has: a refusal may rest on them.</summary>
    public bool IsReadAtPrimary { get; init; }

    /// <summary>The products as the buyer has seen them, by id; null when it is not known what the buyer has seen.</summary>
    public IReadOnlyDictionary<string, Product>? SeenProducts { get; init; }

    /// <summary>Won that the buyer expects to pay in all; null when the buyer does not say.</summary>
    public long? ExpectedTotalAmount { get; init; }

    /// <summary>True when the order may not be paid at other prices than it is accepted with.</summary>
    public bool IsPriceBound => SeenProducts is not null || ExpectedTotalAmount is not null;

    internal int IndexOf(string productId)
    {
        var i = 0;
        while (Items[i].ProductId != productId)
            i++;
        return i;
    }
}

/// <summary>What a request comes to before any product or balance is read.</summary>
/// <param name="Id">The order's id.</param>
/// <param name="Fingerprint">What the request means.</param>
/// <param name="Items">One a product, in ascending product id.</param>
/// <param name="Request">The request.</param>
public sealed record OrderDraft(string Id, string Fingerprint, IReadOnlyList<OrderItem> Items, OrderRequest Request);
