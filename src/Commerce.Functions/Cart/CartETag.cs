using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.Cart;

/// <summary>
/// The ETag of a cart names two things: the version of the cart, and what the products in it looked like, <c>"version.products"</c>. A reader
/// with <c>If-None-Match</c> learns of both, and so does who buys the cart with <c>If-Match</c>: what was shown is what is bought, or nothing. A
/// change of the cart with <c>If-Match</c> is only held up by changes of the cart, not by a sale that somebody else has made of a product in it.
/// </summary>
internal static class CartETag
{
    private const string NoCart = "0";

    public static string Of(ShoppingCart? cart, IReadOnlyDictionary<string, Product> products)
    {
        var versions = (cart?.Items ?? []).Select(item => products.GetValueOrDefault(item.ProductId)?.ETag ?? "").ToArray();
        return $"\"{Version(cart?.ETag)}.{OperationId.Fingerprint(versions)}\"";
    }

    /// <summary>What a change's <c>If-Match</c> demands of the stored cart's ETag; null when it demands nothing.</summary>
    public static Func<string?, bool>? Precondition(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0)
            return null;
        var tags = Tags(request);
        return stored => tags.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) ? stored is not null : !tag.IsWeak && VersionIn(tag) == Version(stored));
    }

    /// <summary>True when a request demands a cart with certain products as they were shown, not just any.</summary>
    public static bool IsDemanded(HttpRequest request) =>
        request.Headers.IfMatch.Count > 0 && !Tags(request).Contains(EntityTagHeaderValue.Any);

    /// <summary>True when a cart is what a request's <c>If-Match</c> demands; without one, always.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cart">The cart as it is stored.</param>
    /// <param name="products">The products in it as they are now, if the request demands certain ones.</param>
    public static bool IsAsDemanded(HttpRequest request, ShoppingCart? cart, IReadOnlyDictionary<string, Product>? products)
    {
        if (request.Headers.IfMatch.Count == 0)
            return true;
        if (products is null)
            return cart is not null;
        var current = new EntityTagHeaderValue(Of(cart, products));
        return Tags(request).Any(tag => tag.Compare(current, useStrongComparison: true));
    }

    private static IList<EntityTagHeaderValue> Tags(HttpRequest request) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags) ? tags : [];

    private static string VersionIn(EntityTagHeaderValue tag) => tag.Tag.ToString().Trim('"').Split('.')[0];

    private static string Version(string? etag) => etag?.Trim('"') ?? NoCart;
}
