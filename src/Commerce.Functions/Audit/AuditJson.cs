using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Http;
using Commerce.Functions.Orders;
using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;
using Commerce.Shared.Json;

namespace Commerce.Functions.Audit;

/// <param name="Ok">True when the last round found nothing that still stands, and nothing was found since.</param>
/// <param name="CheckedAt">When the last complete round began: whatever was written before is in it. Null before the first.</param>
/// <param name="CompletedAt">When it came to its end.</param>
/// <param name="Accounts">Balances that it checked.</param>
/// <param name="Products">Stocks that it checked.</param>
/// <param name="Orders">Orders that it checked.</param>
/// <param name="Differences">What differs, at most <see cref="DifferencesMax"/>.</param>
/// <param name="Unlisted">How many differences the last round found beyond those it could list.</param>
/// <param name="Doubts">How many places did not agree at first sight and await the recheck.</param>
/// <param name="ChangesCheckedAt">Whatever was written before has been checked at least once since; null when not yet.</param>
/// <param name="Round">The round that is under way; null between two.</param>
internal sealed record AuditView(
    bool Ok,
    DateTimeOffset? CheckedAt,
    DateTimeOffset? CompletedAt,
    long Accounts,
    long Products,
    long Orders,
    IReadOnlyList<AuditDifference> Differences,
    long Unlisted,
    int Doubts,
    DateTimeOffset? ChangesCheckedAt,
    AuditRoundView? Round)
{
    /// <summary>Most differences in an answer; a thousand say as much as a million.</summary>
    internal const int DifferencesMax = 1_000;

    public static AuditView Of(AuditCheckpoint? checkpoint) => new(
        checkpoint is { Holds: true },
        checkpoint?.Proof?.StartedAt,
        checkpoint?.Proof?.CompletedAt,
        checkpoint?.Proof?.Accounts ?? 0,
        checkpoint?.Proof?.Products ?? 0,
        checkpoint?.Proof?.Orders ?? 0,
        DifferencesOf(checkpoint),
        checkpoint?.Proof?.Unlisted ?? 0,
        checkpoint?.Doubts.Count(static doubt => doubt.ConfirmedAt is null) ?? 0,
        checkpoint?.ChangesProvedAt,
        checkpoint?.Round is { } round
            ? new(round.StartedAt, round.Part, round.After, round.Accounts, round.Products, round.Orders)
            : null);

    // A place may be doubted under two names, as the round and as the change feed came upon it.
    private static AuditDifference[] DifferencesOf(AuditCheckpoint? checkpoint) =>
    [
        .. (checkpoint?.Doubts ?? [])
            .Where(static doubt => doubt.ConfirmedAt is not null)
            .SelectMany(static doubt => doubt.Differences)
            .Distinct()
            .OrderBy(static difference => difference.Kind, StringComparer.Ordinal)
            .ThenBy(static difference => difference.Id, StringComparer.Ordinal)
            .Take(DifferencesMax),
    ];
}

/// <param name="StartedAt">When it began.</param>
/// <param name="Part">What it is at.</param>
/// <param name="After">The last user or product that it has come to.</param>
/// <param name="Accounts">Accounts checked so far.</param>
/// <param name="Products">Products checked so far.</param>
/// <param name="Orders">Orders checked so far.</param>
internal sealed record AuditRoundView(DateTimeOffset StartedAt, AuditPart Part, string After, long Accounts, long Products, long Orders);

/// <summary>What an audit needs of an account.</summary>
internal sealed record AccountFact(
    string Type, long Balance, long EntryCount, long Held, [property: JsonPropertyName("_etag")] string ETag)
{
    public LedgerHead ToHead() => new(Balance, EntryCount, Held, ETag);
}

/// <summary>What an audit needs of a product, or of one of its shards.</summary>
internal sealed record ProductFact(string Type, long Stock, long MovementCount, [property: JsonPropertyName("_etag")] string ETag)
{
    public StockTransfer? Transfer { get; init; }

    public long TransferCount { get; init; }

    public int Shards { get; init; }

    public int ShardsMade { get; init; }

    public LedgerHead ToHead() => new(Stock, MovementCount, 0, ETag)
    {
        Transfer = Transfer,
        TransferCount = TransferCount,
        Shards = Shards,
        ShardsMade = ShardsMade,
    };
}

/// <summary>Documents as an audit reads them: one that cannot be read is a finding.</summary>
internal static class AuditDocuments
{
    public static T? TryRead<T>(this JsonElement document, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return document.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A member's text, or an empty one when there is none.</summary>
    public static string Text(this JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>A member's whole number, or null when it is not one.</summary>
    public static long? Number(this JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : null;

    public static AuditDifference Unreadable(LedgerNames names, string owner, JsonElement document) =>
        new(AuditKind.Unreadable, owner, 0, 0) { Document = names.Document(owner, document.Text("id")) };
}

/// <summary>An order and what it has written, the first thing first.</summary>
internal sealed record OrderStepList(OrderView Order, IReadOnlyList<OrderStepView> Items);

/// <param name="At">When it was written.</param>
/// <param name="Step">What happened.</param>
/// <param name="Document">The document that says so: <c>container/partition/id</c>.</param>
internal sealed record OrderStepView(DateTimeOffset At, string Step, string Document)
{
    /// <summary>The product whose stock it is.</summary>
    public string? ProductId { get; init; }

    /// <summary>Signed won or pieces.</summary>
    public long? Amount { get; init; }

    /// <summary>The balance or stock right after it.</summary>
    public long? After { get; init; }

    /// <summary>What the data platform said.</summary>
    public string? Detail { get; init; }
}

[JsonSerializable(typeof(AuditView))]
[JsonSerializable(typeof(OrderStepList))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    public static AuditJson Wire { get; } = new(HttpJson.Options());
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTimeConverter)],
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccountFact))]
[JsonSerializable(typeof(ProductFact))]
[JsonSerializable(typeof(LedgerRecord))]
internal sealed partial class FactJson : JsonSerializerContext;
