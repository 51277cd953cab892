using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.Cart;

/// <summary>
/// The ETag of a cart names two things: the version of the cart, and what the products in it looked like,
/// <c>"version.products"</c>. A reader with <c>If-None-Match</c> learns of both; a writer with <c>If-Match</c> is only held up by
/// changes of the cart, not by a sale that somebody else has made of a product in it.
/// </summary>
internal static class CartETag
{
    private const string NoCart = "0";

    public static string Of(ShoppingCart? cart, IReadOnlyDictionary<string, Product> products)
    {
        var versions = (cart?.Items ?? []).Select(item => products.GetValueOrDefault(item.ProductId)?.ETag ?? "").ToArray();
        return $"\"{Version(cart?.ETag)}.{OperationId.Fingerprint(versions)}\"";
    }

    /// <summary>What a request's <c>If-Match</c> demands of the stored cart's ETag; null when it demands nothing.</summary>
    public static Func<string?, bool>? Precondition(HttpRequest request)
    {
        if (request.Headers.IfMatch.Count == 0)
            return null;
        if (!EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags))
            return static _ => false;
        return stored => tags.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) ? stored is not null : !tag.IsWeak && VersionIn(tag) == Version(stored));
    }

    private static string VersionIn(EntityTagHeaderValue tag) => tag.Tag.ToString().Trim('"').Split('.')[0];

    private static string Version(string? etag) => etag?.Trim('"') ?? NoCart;
}
