using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared.Balance;

namespace Commerce.Functions.Balance;

internal sealed record ChargeRequest(long? Amount);

/// <param name="EntryId">The ledger entry that the charge left.</param>
/// <param name="UserId">Whose balance.</param>
/// <param name="Amount">Won.</param>
/// <param name="Balance">Won, right after the charge. A repeat of the request gets the same answer.</param>
/// <param name="CreatedAt">When it was booked.</param>
internal sealed record ChargeView(string EntryId, string UserId, long Amount, long Balance, DateTimeOffset CreatedAt)
{
    public static ChargeView Of(LedgerEntry entry) => new(entry.Id, entry.UserId, entry.Amount, entry.BalanceAfter, entry.CreatedAt);
}

/// <param name="UserId">Whose.</param>
/// <param name="Balance">Won.</param>
/// <param name="Held">Won of it that orders hold which are being placed.</param>
/// <param name="Currency">KRW.</param>
/// <param name="UpdatedAt">When it last changed; absent for a user never seen.</param>
internal sealed record BalanceView(string UserId, long Balance, long Held, string Currency, DateTimeOffset? UpdatedAt);

internal sealed record EntryView(
    string EntryId, EntryKind Kind, long Amount, long BalanceAfter, string? OrderId, DateTimeOffset CreatedAt)
{
    public static EntryView Of(LedgerEntry entry) =>
        new(entry.Id, entry.Kind, entry.Amount, entry.BalanceAfter, entry.OrderId, entry.CreatedAt);
}

internal sealed record EntryList(IReadOnlyList<EntryView> Items, string? NextCursor);

[JsonSerializable(typeof(ChargeRequest))]
[JsonSerializable(typeof(ChargeView))]
[JsonSerializable(typeof(BalanceView))]
[JsonSerializable(typeof(EntryList))]
internal sealed partial class BalanceJson : JsonSerializerContext
{
    public static BalanceJson Wire { get; } = new(HttpJson.Options());
}
