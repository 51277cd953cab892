using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using CsCheck;

namespace Commerce.Shared.Tests.Audit;

public sealed class OrderAuditTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(OrderStatus Status, OrderLine[] Lines, int At)> Cases = Gen.Select(
        Gen.OneOf(Gen.Const(OrderStatus.Paid), Gen.Const(OrderStatus.Cancelled), Gen.Const(OrderStatus.Rejected)),
        Gen.Select(Gen.Long[1, 9], Gen.Long[1, 100]).Array[1, 5].Select(lines => lines
            .Select((line, n) => new OrderLine($"p{n}", "n", line.Item2, line.Item1, line.Item1 * line.Item2)).ToArray()),
        Gen.Int[0, 4]);

    [Fact]
    public void An_order_whose_books_are_what_its_status_demands_has_no_difference() =>
        Cases.Sample(one => Assert.Empty(OrderAudit.Check(Book(one.Status, one.Lines, one.At), Now)));

    [Fact]
    public void Anything_else_is_a_difference() => Gen.Select(Cases, Gen.Int[0, 9]).Sample((one, what) =>
    {
        var booked = Book(one.Status, one.Lines, one.At);
        var at = one.At % one.Lines.Length;
        var isSold = one.Status != OrderStatus.Rejected;
        var broken = what switch
        {
            0 => booked with { Order = booked.Order with { TotalAmount = booked.Order.TotalAmount + 1 } },
            1 => booked with { Payment = isSold ? null : Entry(EntryKind.Payment, -5, []) },
            2 when isSold => booked with { Payment = booked.Payment! with { Amount = booked.Payment.Amount - 1 } },
            3 when isSold => booked with { Payment = booked.Payment! with { Lines = [.. booked.Payment.Lines!.Skip(1)] } },
            4 when one.Status == OrderStatus.Cancelled => booked with { Refund = null },
            5 => booked with { Movements = [.. booked.Movements, Movement(one.Lines[at] with { ProductId = "other" }, MovementKind.Sale)] },
            6 when isSold => booked with
            {
                Movements = [.. booked.Movements.Where(movement =>
                movement.ProductId != one.Lines[at].ProductId)]
            },
            7 when isSold => booked with
            {
                Order = booked.Order with
                {
                    Lines = [.. one.Lines.Select((line, n) =>
                n == at ? line with { UnitPrice = line.UnitPrice + 1 } : line)]
                }
            },
            8 when one.Status == OrderStatus.Cancelled =>
                booked with { Movements = [.. booked.Movements.Where(movement => movement.Kind != MovementKind.Release)] },
            _ => booked with { Movements = [.. booked.Movements, Movement(one.Lines[at], MovementKind.Release)] },
        };
        Assert.NotEmpty(OrderAudit.Check(broken, Now));
    });

    [Fact]
    public void An_order_under_way_has_its_time()
    {
        OrderLine[] lines = [new("p1", "n", 5, 2, 10)];
        var pending = Book(OrderStatus.Paid, lines, 0) with { Payment = null };
        pending = pending with { Order = pending.Order with { Status = OrderStatus.Pending } };
        Assert.Empty(OrderAudit.Check(pending, Now + OrderAudit.UnderWayMax));
        Assert.Equal(
            [new AuditDifference(AuditKind.OrderStuck, "o-1", 300, 301) { Document = "accounts/kim/o-1" }],
            OrderAudit.Check(pending, Now + OrderAudit.UnderWayMax + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void What_was_booked_without_an_order_is_a_difference_but_not_what_was_refused() => Assert.Equal(
        [
            new AuditDifference(AuditKind.PaymentWithoutOrder, "o-1", 0, 7) { Document = "accounts/kim/payment-o-1" },
            new AuditDifference(AuditKind.SaleWithoutOrder, "o-1", 0, 2) { Document = "catalog/p1/sale-o-1" },
        ],
        OrderAudit.CheckMissing(
            "o-1",
            [Entry(EntryKind.Payment, -7, [])],
            [Movement(new("p1", "n", 5, 2, 10), MovementKind.Sale),
                Movement(new("p2", "n", 5, 2, 10), MovementKind.Sale) with { Delta = 0 }]));

    /// <summary>An order and all its books; of one that was rejected, the lines before one are taken and put back.</summary>
    private static BookedOrder Book(OrderStatus status, OrderLine[] lines, int at)
    {
        var order = new Order
        {
            Id = "o-1",
            UserId = "kim",
            Status = status,
            Fingerprint = "",
            Lines = lines,
            TotalAmount = lines.Sum(line => line.Amount),
            CreatedAt = Now,
        };
        var isSold = status != OrderStatus.Rejected;
        var taken = isSold ? lines : lines[..(at % lines.Length)];
        SoldLine[] facts = [.. lines.Select(line => new SoldLine(line.ProductId, line.Quantity, line.UnitPrice))];
        return new(
            order,
            isSold ? Entry(EntryKind.Payment, -order.TotalAmount, facts) : null,
            status == OrderStatus.Cancelled ? Entry(EntryKind.Refund, order.TotalAmount, facts) : null,
            [
                .. taken.Select(line => Movement(line, MovementKind.Sale)),
                .. status == OrderStatus.Paid ? [] : taken.Select(line => Movement(line, MovementKind.Release)),
            ]);
    }

    private static StockMovement Movement(OrderLine line, MovementKind kind) => new()
    {
        Id = kind == MovementKind.Sale ? "sale-o-1" : "release-o-1",
        ProductId = line.ProductId,
        Kind = kind,
        Delta = kind == MovementKind.Sale ? -line.Quantity : line.Quantity,
        StockAfter = 0,
        OccurredAt = Now,
        UnitPrice = line.UnitPrice,
        OrderId = "o-1",
    };

    private static LedgerEntry Entry(EntryKind kind, long amount, IReadOnlyList<SoldLine> lines) => new()
    {
        Id = kind == EntryKind.Payment ? "payment-o-1" : "refund-o-1",
        UserId = "kim",
        Kind = kind,
        Amount = amount,
        BalanceAfter = 0,
        Sequence = 1,
        CreatedAt = Now,
        OrderId = "o-1",
        Lines = lines,
    };
}
