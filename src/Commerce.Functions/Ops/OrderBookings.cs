using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ops;

/// <summary>
/// What the ledgers say about orders, by order, while they are read through: some 100 bytes an order. The key is a digest of the
/// order's id, so that millions of records share no strings.
/// </summary>
internal sealed class OrderBookings
{
    private readonly Dictionary<UInt128, OrderBooks> _books = [];

    /// <summary>True when money or goods moved for orders that were not taken out with <see cref="Take"/>.</summary>
    public bool HasOrphans => _books.Values.Any(static books => books.HasMoved);

    public void AddEntry(RecordFact entry)
    {
        if (entry.OrderId is { } orderId)
            Of(orderId).AddEntry(entry.Kind switch { "payment" => EntryKind.Payment, "refund" => EntryKind.Refund, _ => EntryKind.Charge }, entry.Delta);
    }

    public void AddMovement(RecordFact movement)
    {
        if (movement.OrderId is not { } orderId)
            return;
        var kind = movement.Kind switch { "sale" => MovementKind.Sale, "release" => MovementKind.Release, _ => MovementKind.Refused };
        Of(orderId).AddMovement(kind, movement.Owner, movement.Delta, movement.UnitPrice ?? 0);
    }

    /// <summary>Takes the books of an order out.</summary>
    public OrderBooks Take(string orderId) => _books.Remove(Key(orderId), out var books) ? books : default;

    public bool Contains(string orderId) => _books.TryGetValue(Key(orderId), out var books) && books.HasMoved;

    private ref OrderBooks Of(string orderId) => ref CollectionsMarshal.GetValueRefOrAddDefault(_books, Key(orderId), out _);

    private static UInt128 Key(string orderId)
    {
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(orderId.Length)];
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(orderId, text)], digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}

/// <summary>Reads one order with all that was booked for it.</summary>
internal sealed class BookedOrderReader(CommerceDatabase database)
{
    private readonly Container _accounts = database[CommerceDatabase.Accounts];
    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    public async Task<BookedOrder?> FindAsync(string userId, string orderId, CancellationToken ct)
    {
        var user = new PartitionKey(userId);
        // The books first and the order last: what an order's status says has been booked before.
        var payment = await _accounts.FindAsync<LedgerEntry>(OperationId.Payment(orderId), user, ct);
        var refund = await _accounts.FindAsync<LedgerEntry>(OperationId.Refund(orderId), user, ct);
        if (await _accounts.FindAsync<Order>(orderId, user, ct) is not { } order)
            return null;
        var lines = new List<BookedLine>(order.Lines.Count);
        foreach (var line in order.Lines)
        {
            var product = new PartitionKey(line.ProductId);
            lines.Add(new(
                await _catalog.FindAsync<StockMovement>(OperationId.Sale(orderId), product, ct),
                await _catalog.FindAsync<StockMovement>(OperationId.Release(orderId), product, ct)));
        }
        return new(order, payment, refund, lines);
    }
}
