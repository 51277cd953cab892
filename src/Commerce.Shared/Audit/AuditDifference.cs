using System.Text.Json.Serialization;

namespace Commerce.Shared.Audit;

/// <summary>Two numbers that should be one.</summary>
/// <param name="Kind">What was compared, as <see cref="AuditKind"/> names it.</param>
/// <param name="Id">The user, product or order concerned; <c>order/product</c> for an order's line.</param>
/// <param name="Expected">What the other documents say, in won, pieces, records or seconds.</param>
/// <param name="Actual">What is there, in the same unit.</param>
public sealed record AuditDifference(string Kind, string Id, long Expected, long Actual)
{
    /// <summary>The document that says <see cref="Actual"/>, or lacks: <c>container/partition/id</c>. Null when it is not one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Document { get; init; }
}

/// <summary>What an audit compares.</summary>
public static class AuditKind
{
    /// <summary>What the last entry leaves, and the balance, in won.</summary>
    public const string AccountBalance = "account-balance";

    /// <summary>What the last entry leaves, and 0 for an account whose document is missing, in won.</summary>
    public const string AccountMissing = "account-missing";

    /// <summary>Σ what pending orders cost, and what the account holds for them, in won.</summary>
    public const string AccountHeld = "account-held";

    /// <summary>
    /// The place of an entry, from 1, or how many there are; or, in won, what an entry should begin with because the one before left it.
    /// </summary>
    public const string AccountChain = "account-chain";

    /// <summary>What the last movement leaves, and the stock, in pieces.</summary>
    public const string ProductStock = "product-stock";

    /// <summary>What the last movement leaves, and 0 for a product whose document is missing, in pieces.</summary>
    public const string ProductMissing = "product-missing";

    /// <summary>As <see cref="AccountChain"/>, for movements, in pieces.</summary>
    public const string ProductChain = "product-chain";

    /// <summary>
    /// What left one partition of a product, and what has arrived of it in the other, in pieces; or how many transfers have left one.
    /// </summary>
    public const string StockTransfer = "stock-transfer";

    /// <summary>The number of a shard that there is, or is in force, and how many its product knows of.</summary>
    public const string StockShards = "stock-shards";

    /// <summary>
    /// What a record of its kind adds, and what a record under this id adds, in won or pieces: kind, id and order do not fit.
    /// </summary>
    public const string RecordIdentity = "record-identity";

    /// <summary>A document that cannot be read as what it says it is; the numbers say nothing.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The sum of an order's lines and its total, in won.</summary>
    public const string OrderTotal = "order-total";

    /// <summary>What an order's status demands to have been paid, and what was, in won.</summary>
    public const string OrderPayment = "order-payment";

    /// <summary>What an order's status demands to have been given back, and what was, in won.</summary>
    public const string OrderRefund = "order-refund";

    /// <summary>
    /// The order's lines and those of its payment or refund, which statistics count: what they cost, in won. The lines may differ though
    /// they cost the same.
    /// </summary>
    public const string OrderFacts = "order-facts";

    /// <summary>What an order's status demands to be taken out of stock for a line, and what is, in pieces.</summary>
    public const string LineStock = "line-stock";

    /// <summary>The price of a line and of its sale, in won a piece.</summary>
    public const string LinePrice = "line-price";

    /// <summary>How long an order may be under way and how long it has been, in seconds.</summary>
    public const string OrderStuck = "order-stuck";

    /// <summary>Money that moved for an order that its user does not have, in won.</summary>
    public const string PaymentWithoutOrder = "payment-without-order";

    /// <summary>Pieces that moved for an order that does not exist.</summary>
    public const string SaleWithoutOrder = "sale-without-order";
}
