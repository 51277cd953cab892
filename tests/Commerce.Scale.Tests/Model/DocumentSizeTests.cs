using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;

namespace Commerce.Scale.Tests.Model;

/// <summary>The sizes in the model are those of documents that the shop's own rules make, with ids and names as in the samples.</summary>
public sealed class DocumentSizeTests
{
    // What differs from document to document: digits of numbers, and of fractions of seconds.
    private const double ToleranceShare = 0.02;

    private static readonly DateTimeOffset Now = new(2026, 11, 26, 9, 5, 45, 239, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    [InlineData(1200)]
    public void Documents_are_as_large_as_the_model_says(int lines)
    {
        var written = Documents(lines);

        Assert.Equal(Models.Committed.Documents.Keys.Order(), written.Keys.Order());
        Assert.All(written, entry =>
        {
            var modelled = Models.Committed.Documents[entry.Key].BytesOf(lines);
            Assert.InRange(entry.Value, modelled * (1 - ToleranceShare), modelled * (1 + ToleranceShare));
        });
    }

    [Fact]
    public void There_are_as_many_partitions_of_deliveries_and_operations_in_a_batch_as_the_model_says()
    {
        Assert.Equal(EventDelivery.ShardCount, Models.Committed.Limits.DeliveryShards.Value);
        Assert.Equal(Limits.BatchOperationsMax, Models.Committed.Limits.BatchOperations.Value);
    }

    private static Dictionary<string, int> Documents(int count)
    {
        var orderId = OperationId.Order("17850", "order-1");
        var sales = Enumerable.Range(0, count).Select(n => Sell(orderId, $"{84000 + n}B")).ToList();
        var lines = sales.Select(static sale => new OrderLine(sale.Product.ProductId, sale.Product.Name, 4_460, 6, 26_760)).ToList();
        var order = new Order
        {
            Id = orderId,
            UserId = "17850",
            Status = OrderStatus.Paid,
            Fingerprint = OperationId.Fingerprint("17850", "1"),
            Lines = lines,
            TotalAmount = lines.Sum(static line => line.Amount),
            CreatedAt = Now,
            PaidAt = Now,
        };
        var (account, payment) = Pay(order);
        return new()
        {
            ["account"] = Size(account, DocumentJsonContext.Default.Account),
            ["order"] = Size(order, DocumentJsonContext.Default.Order),
            ["payment"] = Size(payment, DocumentJsonContext.Default.LedgerEntry),
            ["product"] = Size(sales[0].Product, DocumentJsonContext.Default.Product),
            ["movement"] = Size(sales[0].Movement, DocumentJsonContext.Default.StockMovement),
            ["delivery"] = Size(Delivery(order), DocumentJsonContext.Default.EventDelivery),
        };
    }

    private static (Product Product, StockMovement Movement) Sell(string orderId, string productId)
    {
        var revision = OperationId.Fingerprint(productId, "1");
        var (product, _) = NewProduct.Create(productId, "WHITE HANGING HEART T-LIGHT", 4_460, 1_000, Now, revision);
        var reserve = new StockCommand.Reserve(productId, orderId, 6, product.Price, IsPriceBound: false);
        var sale = new StockRules().Decide(product, reserve, Now);
        return (sale.Head!, sale.Record!);
    }

    private static (Account Account, LedgerEntry Payment) Pay(Order order)
    {
        var rules = new AccountRules();
        var charged = rules.Decide(null, new AccountCommand.Charge(order.UserId, "k", 100_000_000), Now).Head!;
        var work = OrderWork.Of(order) with { PaidAt = Now };
        var paid = rules.Decide(charged with { Held = order.TotalAmount }, new AccountCommand.Pay(work), Now);
        return (paid.Head!, paid.Record!.Entry!);
    }

    private static EventDelivery Delivery(Order order) => new()
    {
        Id = $"{order.Id}-paid",
        Shard = EventDelivery.ShardOf(order.Id),
        EventType = "commerce.order.paid",
        OrderId = order.Id,
        UserId = order.UserId,
        OccurredAt = Now,
        State = DeliveryState.Delivered,
        UpdatedAt = Now,
        AttemptCount = 1,
        Attempts = [],
    };

    private static int Size<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type).Length;
}
