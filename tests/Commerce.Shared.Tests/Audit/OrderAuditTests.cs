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

    private static readonly OrderLine[] TwoLines = [new("p1", "n", 5, 2, 10), new("p2", "n", 3, 4, 12)];

    private static readonly BookedOrder Paid = Book(OrderStatus.Paid, TwoLines, 0);
    private static readonly BookedOrder Cancelled = Book(OrderStatus.Cancelled, TwoLines, 0);
    private static readonly BookedOrder Rejected = Book(OrderStatus.Rejected, TwoLines, 1);
    private static readonly BookedOrder Gift = Book(OrderStatus.Cancelled, [new("p1", "n", 0, 2, 0)], 0);

    private static readonly Dictionary<string, (BookedOrder Booked, string[] Told)> Faults = new()
    {
        ["a total beside the lines"] = (
            Paid with { Order = Paid.Order with { TotalAmount = 23 } },
            ["order-total o-1 22 23 accounts/kim/o-1", "order-payment o-1 23 22 accounts/kim/payment-o-1"]),
        ["amounts beside the prices that come to the total"] = (
            WithLines(Paid, new("p1", "n", 5, 2, 11), new("p2", "n", 3, 4, 11)), ["order-total o-1 22 22 accounts/kim/o-1"]),
        ["one amount beside its price and paid like that"] = (
            WithLines(Paid, new("p1", "n", 5, 2, 11), TwoLines[1]) with { Payment = Paid.Payment! with { Amount = -23 } },
            ["order-total o-1 22 23 accounts/kim/o-1"]),
        ["a movement of another product"] = (
            With(Paid, Movement(TwoLines[0] with { ProductId = "p9" }, MovementKind.Sale)), ["line-stock o-1/p9 0 2 catalog/p9/sale-o-1"]),
        ["a refusal of another product"] = (
            With(Paid, Movement(TwoLines[0] with { ProductId = "p9" }, MovementKind.Sale) with { Delta = 0 }), []),
        ["no payment"] = (Paid with { Payment = null }, ["order-payment o-1 22 0 accounts/kim/payment-o-1"]),
        ["a payment of less"] = (
            Paid with { Payment = Paid.Payment! with { Amount = -21 } }, ["order-payment o-1 22 21 accounts/kim/payment-o-1"]),
        ["a payment of a rejected order"] = (
            Rejected with { Payment = Entry(EntryKind.Payment, -5, []) }, ["order-payment o-1 0 5 accounts/kim/payment-o-1"]),
        ["a payment of nothing of a rejected order"] = (
            Rejected with { Payment = Entry(EntryKind.Payment, 0, []) }, ["order-payment o-1 0 0 accounts/kim/payment-o-1"]),
        ["no payment of an order that cost nothing"] = (
            Gift with { Payment = null }, ["order-payment o-1 0 0 accounts/kim/payment-o-1"]),
        ["no refund"] = (Cancelled with { Refund = null }, ["order-refund o-1 22 0 accounts/kim/refund-o-1"]),
        ["a refund of more"] = (
            Cancelled with { Refund = Cancelled.Refund! with { Amount = 23 } }, ["order-refund o-1 22 23 accounts/kim/refund-o-1"]),
        ["a refund of a rejected order"] = (
            Rejected with { Refund = Entry(EntryKind.Refund, 7, []) }, ["order-refund o-1 0 7 accounts/kim/refund-o-1"]),
        ["no refund of an order that cost nothing"] = (Gift with { Refund = null }, ["order-refund o-1 0 0 accounts/kim/refund-o-1"]),
        ["a payment without lines"] = (
            Paid with { Payment = Paid.Payment! with { Lines = null } }, ["order-facts o-1 22 0 accounts/kim/payment-o-1"]),
        ["a refund of one line"] = (
            Cancelled with { Refund = Cancelled.Refund! with { Lines = [new("p2", 4, 3)] } },
            ["order-facts o-1 22 12 accounts/kim/refund-o-1"]),
        ["a payment of other lines that cost the same"] = (
            Paid with { Payment = Paid.Payment! with { Lines = [new("p1", 1, 10), new("p2", 4, 3)] } },
            ["order-facts o-1 22 22 accounts/kim/payment-o-1"]),
        ["a line that was not taken"] = (Without(Paid, "p1"), ["line-stock o-1/p1 2 0 catalog/p1/sale-o-1"]),
        ["a line that was not put back"] = (
            Without(Cancelled, "p2", MovementKind.Release), ["line-stock o-1/p2 0 4 catalog/p2/sale-o-1"]),
        ["a line of a rejected order that was not put back"] = (
            Without(Rejected, "p1", MovementKind.Release), ["line-stock o-1/p1 0 2 catalog/p1/sale-o-1"]),
        ["a line of a cancelled order that was never taken"] = (Without(Cancelled, "p1"), ["line-stock o-1/p1 2 0 catalog/p1/sale-o-1"]),
        ["a line of which too much was taken and some put back"] = (
            With(
                Without(Paid, "p1"),
                Movement(TwoLines[0] with { Quantity = 3 }, MovementKind.Sale),
                Movement(TwoLines[0] with { Quantity = 1 }, MovementKind.Release)),
            ["line-stock o-1/p1 2 3 catalog/p1/sale-o-1"]),
        ["a sale at another price"] = (At(Paid, 6, null), ["line-price o-1/p1 5 6 catalog/p1/sale-o-1"]),
        ["a sale without a price"] = (At(Paid, null, null), ["line-price o-1/p1 5 0 catalog/p1/sale-o-1"]),
        ["a sale and its release at another price"] = (At(Cancelled, 6, 6), ["line-price o-1/p1 5 6 catalog/p1/sale-o-1"]),
        ["a release at another price than the sale"] = (At(Cancelled, 5, 6), ["line-price o-1/p1 5 6 catalog/p1/release-o-1"]),
        ["a release without a price"] = (At(Cancelled, 5, null), ["line-price o-1/p1 5 0 catalog/p1/release-o-1"]),
        ["a sale without a price and its release"] = (
            At(Rejected, null, 5), ["line-price o-1/p1 0 5 catalog/p1/release-o-1"]),
        ["a rejected order at a price that has changed since"] = (At(Rejected, 6, 6), []),
        ["a release without a sale of a rejected order"] = (
            Without(Rejected, "p1", MovementKind.Sale), ["line-stock o-1/p1 0 -2 catalog/p1/sale-o-1"]),
    };

    public static TheoryData<string> FaultNames { get; } = [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(FaultNames))]
    public void What_is_wrong_with_an_order_is_told_in_numbers_and_names_its_document(string fault) =>
        Assert.Equal(Faults[fault].Told, Told(OrderAudit.Check(Faults[fault].Booked, Now)));

    [Fact]
    public void An_order_that_is_being_cancelled_has_its_time_from_the_refund_on()
    {
        var under = Paid with { Refund = Cancelled.Refund! with { CreatedAt = Now.AddMinutes(-5) } };
        Assert.Empty(OrderAudit.Check(under, Now));
        Assert.Equal(["order-stuck o-1 300 302 accounts/kim/o-1"], Told(OrderAudit.Check(under, Now.AddSeconds(2))));
        // What can be said of it at any time is.
        var broken = With(
            under with { Order = under.Order with { TotalAmount = 23 } },
            Movement(TwoLines[0] with { ProductId = "p9" }, MovementKind.Release));
        Assert.Equal(
            ["order-total o-1 22 23 accounts/kim/o-1", "line-stock o-1/p9 0 -2 catalog/p9/release-o-1"],
            Told(OrderAudit.Check(broken, Now)));
    }

    private static IEnumerable<string> Told(IEnumerable<AuditDifference> differences) => differences.Select(difference =>
        $"{difference.Kind} {difference.Id} {difference.Expected} {difference.Actual} {difference.Document}");

    private static BookedOrder WithLines(BookedOrder booked, params OrderLine[] lines) =>
        booked with { Order = booked.Order with { Lines = lines, TotalAmount = lines.Sum(line => line.Amount) } };

    private static BookedOrder With(BookedOrder booked, params StockMovement[] more) =>
        booked with { Movements = [.. booked.Movements, .. more] };

    private static BookedOrder Without(BookedOrder booked, string productId, MovementKind? kind = null) => booked with
    {
        Movements = [.. booked.Movements.Where(movement => movement.ProductId != productId || (kind ?? movement.Kind) != movement.Kind)],
    };

    /// <summary>The books with the first line sold and put back at other prices.</summary>
    private static BookedOrder At(BookedOrder booked, long? sold, long? released) => booked with
    {
        Movements =
        [
            .. booked.Movements.Select(movement => movement.ProductId != "p1" ? movement
                : movement with { UnitPrice = movement.Kind == MovementKind.Sale ? sold : released }),
        ],
    };

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
