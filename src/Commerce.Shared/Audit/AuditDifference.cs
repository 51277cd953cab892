namespace Commerce.Shared.Audit;

/// <summary>Two numbers that should be one.</summary>
/// <param name="Kind">What was compared, as <see cref="AuditKind"/> names it.</param>
/// <param name="Id">The user, product or order concerned; <c>order/product</c> for an order's line.</param>
/// <param name="Expected">What the records say, in won, pieces or seconds.</param>
/// <param name="Actual">What is there, in the same unit.</param>
public sealed record AuditDifference(string Kind, string Id, long Expected, long Actual);

/// <summary>What an audit compares.</summary>
public static class AuditKind
{
    /// <summary>Σ entries and the balance, in won.</summary>
    public const string AccountBalance = "account-balance";

    /// <summary>Σ what pending orders cost, and what the account holds for them, in won.</summary>
    public const string AccountHeld = "account-held";

    /// <summary>The entries that there are, and those that the account counts or that follow one on the other.</summary>
    public const string AccountChain = "account-chain";

    /// <summary>Σ movements and the stock, in pieces.</summary>
    public const string ProductStock = "product-stock";

    /// <summary>The movements that there are, and those that the product counts or that follow one on the other.</summary>
    public const string ProductChain = "product-chain";

    /// <summary>The sum of an order's lines and its total, in won.</summary>
    public const string OrderTotal = "order-total";

    /// <summary>What an order's status demands to have been paid, and what was, in won.</summary>
    public const string OrderPayment = "order-payment";

    /// <summary>What an order's status demands to have been given back, and what was, in won.</summary>
    public const string OrderRefund = "order-refund";

    /// <summary>What an order's status demands to be taken out of stock for a line, and what is, in pieces.</summary>
    public const string LineStock = "line-stock";

    /// <summary>The price of a line and of its sale, in won a piece.</summary>
    public const string LinePrice = "line-price";

    /// <summary>How long an order may be under way and how long it has been, in seconds.</summary>
    public const string OrderStuck = "order-stuck";

    /// <summary>Money that moved for an order that does not exist, in won.</summary>
    public const string PaymentWithoutOrder = "payment-without-order";

    /// <summary>Pieces that moved for an order that does not exist.</summary>
    public const string SaleWithoutOrder = "sale-without-order";
}
