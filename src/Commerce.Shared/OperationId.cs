using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Shared;

/// <summary>
/// Ids that follow from the operation itself. A repeated operation makes the same id and so finds its own record; that is what
/// makes every write of the shop idempotent.
/// </summary>
public static class OperationId
{
    // 16 bytes of SHA-256: a collision among 10^15 operations has a chance below one in 10^8.
    private const int DigestLength = 16;

    private const string OrderPrefix = "o-";
    private static readonly SearchValues<char> DigestCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The order that a user places under an idempotency key.</summary>
    public static string Order(string userId, string idempotencyKey) => OrderPrefix + Digest("order", userId, idempotencyKey);

    /// <summary>Whether a text has the shape of an order's id.</summary>
    public static bool IsOrder(ReadOnlySpan<char> text) =>
        text.StartsWith(OrderPrefix, StringComparison.Ordinal)
        && text.Length == OrderPrefix.Length + Base64Url.GetEncodedLength(DigestLength)
        && !text[OrderPrefix.Length..].ContainsAnyExcept(DigestCharacters);

    /// <summary>The ledger entry of a charge.</summary>
    public static string Charge(string userId, string idempotencyKey) => "charge-" + Digest("charge", userId, idempotencyKey);

    /// <summary>The ledger entry that pays an order.</summary>
    public static string Payment(string orderId) => "payment-" + orderId;

    /// <summary>The ledger entry that gives an order's payment back.</summary>
    public static string Refund(string orderId) => "refund-" + orderId;

    /// <summary>The record of a user's request to cancel an order.</summary>
    public static string Cancellation(string userId, string idempotencyKey) =>
        "cancellation-" + Digest("cancellation", userId, idempotencyKey);

    /// <summary>The stock movement that reserves an order's line, or records that it was refused.</summary>
    public static string Sale(string orderId) => "sale-" + orderId;

    /// <summary>The stock movement that puts an order's line back.</summary>
    public static string Release(string orderId) => "release-" + orderId;

    /// <summary>The stock movement of an operator's adjustment.</summary>
    public static string Adjustment(string productId, string idempotencyKey) =>
        "adjustment-" + Digest("adjustment", productId, idempotencyKey);

    /// <summary>The stock movement by which a partition sends pieces to another one of the product.</summary>
    /// <param name="number">The transfer's number in the partition that sends.</param>
    public static string Give(long number) => string.Create(CultureInfo.InvariantCulture, $"give-{number}");

    /// <summary>The stock movement by which a partition takes in what another one has sent.</summary>
    /// <param name="shard">The partition that has sent.</param>
    /// <param name="number">The transfer's number in it.</param>
    public static string Take(int shard, long number) => string.Create(CultureInfo.InvariantCulture, $"take-{shard}-{number}");

    /// <summary>The stock movement that gives a new product its first stock.</summary>
    public const string InitialStock = "initial";

    /// <summary>
    /// A digest of a request's meaning: equal for a repeat, different when the same key is used for something else.
    /// </summary>
    public static string Fingerprint(params ReadOnlySpan<string> parts) => Digest(parts);

    private static string Digest(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            // The length keeps ("ab","c") and ("a","bc") apart.
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, DigestLength));
    }
}
