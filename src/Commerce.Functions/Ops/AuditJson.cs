using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared.Audit;
using Commerce.Shared.Json;

namespace Commerce.Functions.Ops;

/// <param name="Ok">True when nothing differs.</param>
/// <param name="CheckedAt">When the audit began.</param>
/// <param name="Accounts">Balances checked.</param>
/// <param name="Products">Stocks checked.</param>
/// <param name="Orders">Orders checked.</param>
/// <param name="Differences">What differs, at most <see cref="Audit.DifferencesMax"/>.</param>
internal sealed record AuditReport(
    bool Ok, DateTimeOffset CheckedAt, long Accounts, long Products, long Orders, IReadOnlyList<AuditDifference> Differences);

/// <summary>The head of a ledger, as far as an audit needs it.</summary>
internal sealed record HeadFact(string Owner, long Total, long Records);

/// <summary>What an account holds, or what a pending order costs, in won.</summary>
internal sealed record HoldFact(string Owner, long Total);

/// <summary>A record of a ledger, as far as an audit needs it; <see cref="Kind"/> as it is stored.</summary>
internal sealed record RecordFact(string Owner, string Kind, long Delta, long After, long Sequence, string? OrderId, long? UnitPrice);

[JsonSerializable(typeof(AuditReport))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    public static AuditJson Wire { get; } = new(HttpJson.Options());
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(HeadFact))]
[JsonSerializable(typeof(RecordFact))]
[JsonSerializable(typeof(HoldFact))]
internal sealed partial class FactJson : JsonSerializerContext;
