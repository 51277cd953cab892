namespace Commerce.Load.Data;

/// <summary>One line as it was bought. A product may occur on several lines of one order; the shop sums them.</summary>
internal readonly record struct SaleLine(string ProductId, int Quantity);

/// <summary>One order of the file. <paramref name="Key"/> is unique in the file, so idempotency keys can be derived from it.</summary>
internal sealed record SaleOrder(string Key, string UserId, DateTimeOffset OrderedAt, IReadOnlyList<SaleLine> Lines);

/// <summary>A cancellation of the whole order <paramref name="OrderKey"/>.</summary>
internal sealed record SaleCancellation(string Key, string OrderKey);

/// <summary>A product as <c>catalog.csv</c> and the shop's import know it. Price in whole won, 1 or more; stock 0 or more.</summary>
internal sealed record CatalogItem(string ProductId, string Name, long Price, int Stock);

/// <summary>A file of orders, ready to be replayed.</summary>
/// <param name="Fingerprint">12 hexadecimal digits of the content's SHA-256: the same file gives the same idempotency keys.</param>
/// <param name="Catalog">What the file itself says of its products; empty when it says nothing but their ids.</param>
/// <param name="LeftOut">Rows that are no sale of goods, counted by reason.</param>
internal sealed record SalesFile(
    string Fingerprint,
    IReadOnlyList<SaleOrder> Orders,
    IReadOnlyList<SaleCancellation> Cancellations,
    IReadOnlyList<CatalogItem> Catalog,
    IReadOnlyDictionary<string, int> LeftOut);

/// <summary>The file cannot be used; the message says why and where.</summary>
internal sealed class InputException(string message) : Exception(message);
