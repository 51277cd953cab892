using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Delivery;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;

namespace Commerce.Bench;

/// <summary>The rules by themselves: nothing is read or written.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class RulesBenchmarks
{
    private const int RankedProducts = 10_000;

    private readonly DateTimeOffset _now = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly AccountRules _accountRules = new();
    private readonly StockRules _stockRules = new();
    private readonly HashSet<string> _none = [];
    private readonly byte[] _key = Encoding.UTF8.GetBytes("a key of thirty-two bytes, or so");
    private Account _account = null!;
    private Product _product = null!;
    private Product[] _products = [];
    private OrderRequest _request = null!;
    private Order _order = null!;
    private OrderWork _work = null!;
    private byte[] _orderJson = [];
    private byte[] _event = [];
    private SalesBoard _board = null!;
    private int _folded;

    [Params(1, Samples.BasketLines)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _account = new() { UserId = Samples.UserId, Balance = 1_000_000_000, Held = 1_000_000, EntryCount = 7, UpdatedAt = _now };
        _product = Samples.Product(0, _now);
        _products = [.. Enumerable.Range(0, Lines).Select(index => Samples.Product(index, _now))];
        _request = Samples.Request(Lines, "key");
        _order = Samples.Order(Lines, "key", _now) with { Status = OrderStatus.Paid, PaidAt = _now };
        _work = OrderWork.Of(_order);
        _orderJson = JsonSerializer.SerializeToUtf8Bytes(_order, DocumentJsonContext.Default.Order);
        _event = Encoding.UTF8.GetBytes(OrderEvents.Paid(_order));
        _board = new SalesBoard(_now);
        for (var i = 0; i < 3 * RankedProducts; i++)
            FoldSale();
    }

    [Benchmark]
    public Result<Order> AcceptOrder() => OrderRules.Accept(OrderRules.Draft(_request).Value!, _products, _now);

    [Benchmark]
    public Decision<Account, AccountRecord> DecidePayment() => _accountRules.Decide(_account, new AccountCommand.Pay(_work), _now);

    [Benchmark]
    public Decision<Product, StockMovement> DecideReservation() =>
        _stockRules.Decide(_product, new StockCommand.Reserve(_product.ProductId, "an-order", 2, Samples.Price, IsPriceBound: false), _now);

    [Benchmark]
    public byte[] WriteOrderDocument() => JsonSerializer.SerializeToUtf8Bytes(_order, DocumentJsonContext.Default.Order);

    [Benchmark]
    public Order? ReadOrderDocument() => JsonSerializer.Deserialize(_orderJson, DocumentJsonContext.Default.Order);

    [Benchmark]
    public string WriteOrderEvent() => OrderEvents.Paid(_order);

    [Benchmark]
    public string SignDelivery() => WebhookSignature.Sign("event-id", WebhookSignature.Timestamp(_now), _event, _key);

    [Benchmark]
    public void FoldSale()
    {
        var product = _board.Products.NumberOf($"product-{_folded % RankedProducts}");
        _board.Fold(new SaleFact(product, new Sales(1 + (_folded % 5), 12_900), _now - TimeSpan.FromMinutes(_folded++ % 4_000)));
    }

    /// <summary>The five best of 10,000 products over 72 hours.</summary>
    [Benchmark]
    public IReadOnlyList<RankedSales> TopFive() => _board.Top(RankingWindow.Default, 5, _none);
}
