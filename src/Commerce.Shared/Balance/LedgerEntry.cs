using System.Text.Json.Serialization;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Balance;

[JsonConverter(typeof(JsonStringEnumConverter<EntryKind>))]
public enum EntryKind
{
    [JsonStringEnumMemberName("charge")]
    Charge,

    [JsonStringEnumMemberName("payment")]
    Payment,

    [JsonStringEnumMemberName("refund")]
    Refund,

    /// <summary>A charge that the balance could not take: amount 0, kept so that the answer can never change.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <summary>
/// One change of a balance, written in the batch that makes it and never altered. The id derives from the operation
/// (<see cref="OperationId"/>). Payments and refunds are the facts from which the best sellers are counted: there is one exactly when
/// an order is paid, or its money given back.
/// </summary>
public sealed record LedgerEntry
{
    public const string DocumentType = "entry";

    public required string Id { get; init; }

    public string Type { get; init; } = DocumentType;

    public required string UserId { get; init; }

    public required EntryKind Kind { get; init; }

    /// <summary>Won, signed: charges and refunds are positive, payments negative, so that entries add up to the balance.</summary>
    public required long Amount { get; init; }

    public required long BalanceAfter { get; init; }

    /// <summary>Position in the user's ledger, from 1; 0 for a refused charge, which has none.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OrderId { get; init; }

    /// <summary>What a payment has bought, or a refund gives back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SoldLine>? Lines { get; init; }

    /// <summary>On a refund: when the order was paid. Statistics book it there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? SoldAt { get; init; }

    /// <summary>Won that a refused charge asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Requested { get; init; }
}
