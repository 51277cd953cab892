using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Audit;

/// <summary>
/// What was booked for one order, gathered from records in any order in a few dozen bytes: enough to tell an order whose books agree
/// from one that deserves a closer look (<see cref="OrderAudit"/>), not to tell what is wrong with it.
/// </summary>
public struct OrderBooks
{
    private long _paid;
    private long _refunded;
    private int _payments;
    private int _refunds;
    private ulong _sold;
    private ulong _released;

    /// <summary>True when money or goods have moved.</summary>
    public readonly bool HasMoved => _payments != 0 || _refunds != 0 || _sold != 0 || _released != 0;

    public void AddEntry(EntryKind kind, long amount)
    {
        if (kind == EntryKind.Payment)
            (_paid, _payments) = (_paid - amount, _payments + 1);
        else if (kind == EntryKind.Refund)
            (_refunded, _refunds) = (_refunded + amount, _refunds + 1);
    }

    public void AddMovement(MovementKind kind, string productId, long delta, long unitPrice)
    {
        unchecked
        {
            if (kind == MovementKind.Sale)
                _sold += Line(productId, -delta, unitPrice);
            else if (kind == MovementKind.Release)
                _released += Line(productId, delta, unitPrice);
        }
    }

    /// <summary>True when an order at rest has the books that its status demands; one that is under way never has.</summary>
    public readonly bool Agree(Order order)
    {
        ulong lines = 0;
        long total = 0;
        foreach (var line in order.Lines)
        {
            total += line.Amount;
            unchecked
            {
                lines += Line(line.ProductId, line.Quantity, line.UnitPrice);
            }
        }
        return total == order.TotalAmount && order.Status switch
        {
            OrderStatus.Paid => (_payments, _paid, _refunds, _sold, _released) == (1, total, 0, lines, 0UL),
            OrderStatus.Cancelled => (_payments, _paid, _refunds, _refunded, _sold, _released) == (1, total, 1, total, lines, lines),
            OrderStatus.Rejected => _payments == 0 && _refunds == 0 && _sold == _released,
            _ => false,
        };
    }

    private static ulong Line(string productId, long quantity, long unitPrice)
    {
        // FNV-1a over the id, then the numbers; never 0 in practice, so that a movement always shows.
        var hash = 0xCBF29CE484222325;
        unchecked
        {
            foreach (var character in productId)
                hash = (hash ^ character) * 0x100000001B3;
            hash = (hash ^ (ulong)quantity) * 0x9E3779B97F4A7C15;
            hash = (hash ^ (hash >> 32) ^ (ulong)unitPrice) * 0xBF58476D1CE4E5B9;
            return hash ^ (hash >> 29);
        }
    }
}
