namespace Commerce.Shared;

/// <summary>
/// The bounds of everything a client can send, in one place. Each keeps a sum exact or a document small; none is a business policy.
/// </summary>
public static class Limits
{
    /// <summary>
    /// Largest amount of money in won, 2^53 - 1. Cosmos DB and JSON clients hold numbers as IEEE doubles, which count exactly up to
    /// here and no further; no number of an answer is beyond it.
    /// </summary>
    public const long MoneyMax = 9_007_199_254_740_991;

    /// <summary>Largest single charge in won: 10^12. Far above any wallet, far below <see cref="MoneyMax"/>.</summary>
    public const long ChargeAmountMax = 1_000_000_000_000;

    /// <summary>Largest unit price in won: 10^9.</summary>
    public const long PriceMax = 1_000_000_000;

    /// <summary>
    /// Largest stock of a product in pieces: 10^9. Of a hot one, whose stock is spread, each partition may hold as much:
    /// 1.7 * 10^10 in all.
    /// </summary>
    public const long StockMax = 1_000_000_000;

    /// <summary>Largest quantity of one product in one order or cart, in pieces: 10^6. Real wholesale lines reach 80,995.</summary>
    public const long QuantityMax = 1_000_000;

    /// <summary>
    /// Most distinct products in one order. The largest real basket known to us (UCI Online Retail) has 1,114; an order document of
    /// 1,200 lines is about 200 KB, a tenth of Cosmos DB's 2 MB, and at most 1.6 MB, whatever names and ids its products have.
    /// </summary>
    public const int OrderLinesMax = 1_200;

    /// <summary>Most distinct products in a cart; a cart can always be bought whole.</summary>
    public const int CartItemsMax = OrderLinesMax;

    /// <summary>
    /// Most distinct products in a cart that rejected orders have come back to, and of the pieces of one product twice
    /// <see cref="QuantityMax"/>: as much as an order and a cart have together.
    /// </summary>
    public const int ReturnedItemsMax = 2 * CartItemsMax;

    /// <summary>Longest user or product id, in characters.</summary>
    public const int IdentifierLengthMax = 64;

    /// <summary>Longest product name, in code points (<see cref="TextRules"/>).</summary>
    public const int NameLengthMax = 200;

    /// <summary>Longest reason of a stock adjustment, in code points.</summary>
    public const int ReasonLengthMax = 200;

    /// <summary>Longest Idempotency-Key, in printable ASCII characters.</summary>
    public const int IdempotencyKeyLengthMax = 128;

    /// <summary>
    /// Largest JSON body in bytes. An order of <see cref="OrderLinesMax"/> lines with the longest ids takes about 120 KB.
    /// </summary>
    public const int BodySizeMax = 256 * 1024;

    /// <summary>Largest CSV import in bytes, and most rows in it.</summary>
    public const int ImportSizeMax = 16 * 1024 * 1024;

    /// <inheritdoc cref="ImportSizeMax"/>
    public const int ImportRowsMax = 100_000;

    /// <summary>Entries on a page: by default, and at most.</summary>
    public const int PageSizeDefault = 20;

    /// <inheritdoc cref="PageSizeDefault"/>
    public const int PageSizeMax = 100;

    /// <summary>
    /// Operations in one transactional batch (Cosmos DB's own limit). One of them is the head document, the others are records.
    /// </summary>
    public const int BatchOperationsMax = 100;
}
