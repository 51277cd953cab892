using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace Commerce.Bench.Storage;

/// <summary>
/// Fills a store with orders as documents, so that what grows with history can be measured without having had that history. The
/// shop's own rules make the documents, so the books agree: nine of ten orders are paid, the others cancelled or refused for stock.
/// </summary>
/// <param name="database">The store; its containers are created.</param>
/// <param name="now">The time of the last order.</param>
/// <param name="history">How much older the first one is.</param>
/// <param name="prefix">What the ids of users and products begin with, other than those of an earlier filling.</param>
internal sealed class StoreFill(CommerceDatabase database, DateTimeOffset now, TimeSpan history, string prefix)
{
    private const int OrdersPerUser = 20;
    private const int OrdersPerProduct = 1_000;
    private const int LinesMax = 3;
    private const int UsersAtOnce = 16;

    /// <summary>Who has charged a balance, and done nothing else.</summary>
    public const string Collector = "user-collector";

    private static readonly TransactionalBatchItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };

    private readonly AccountRules _accounts = new();
    private readonly StockRules _stocks = new();
    private readonly Random _random = new(1);
    private readonly List<ProductBooks> _products = [];
    private long _documents;

    /// <summary>Documents written so far.</summary>
    public long Documents => Interlocked.Read(ref _documents);

    /// <summary>Fills the store of a shop's data folder, which no shop has open.</summary>
    /// <returns>How many documents were written.</returns>
    public static async Task<long> RunAsync(DirectoryInfo folder, TimeSpan history, string prefix, Func<StoreFill, Task> fill)
    {
        await using var store = CosmosStore.Open(Path.Combine(folder.FullName, "cosmos.db"), TimeProvider.System);
        using var handler = new CosmosGatewayHandler(store);
        using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
        var filled = new StoreFill(new CommerceDatabase(client), DateTimeOffset.UtcNow, history, prefix);
        await fill(filled);
        return filled.Documents;
    }

    /// <summary>Writes so many orders.</summary>
    public async Task RunAsync(int orders, CancellationToken ct)
    {
        await database.CreateIfMissingAsync(ct);
        for (var n = 0; n <= Math.Max(LinesMax, orders / OrdersPerProduct); n++)
            _products.Add(new ProductBooks($"{prefix}P{n:000000}", now - history));
        foreach (var users in Enumerable.Range(0, (orders + OrdersPerUser - 1) / OrdersPerUser).Chunk(UsersAtOnce))
        {
            var writes = new List<Task>();
            foreach (var user in users)
            {
                var count = Math.Min(OrdersPerUser, orders - (user * OrdersPerUser));
                var userId = $"{prefix}user-{user:000000}";
                writes.Add(WriteAsync(CommerceDatabase.Accounts, userId, [.. UserDocuments(userId, count)]));
            }
            foreach (var product in _products.Where(static product => product.Documents.Count >= Limits.BatchOperationsMax))
                writes.Add(WriteAsync(CommerceDatabase.Catalog, product.Head.ProductId, product.TakeDocuments()));
            await Task.WhenAll(writes);
        }
        foreach (var product in _products)
        {
            var head = Json(product.Head, DocumentJsonContext.Default.Product);
            await WriteAsync(CommerceDatabase.Catalog, product.Head.ProductId, [.. product.TakeDocuments(), head]);
        }
    }

    /// <summary>Adds products that nobody has bought, and a user with so many ledger entries. The containers are there.</summary>
    public async Task WidenAsync(int products, int entries, CancellationToken ct)
    {
        foreach (var some in Enumerable.Range(0, products).Chunk(UsersAtOnce))
        {
            ct.ThrowIfCancellationRequested();
            await Task.WhenAll(some.Select(n =>
            {
                var product = new ProductBooks($"{prefix}Q{n:000000}", now - history);
                return WriteAsync(CommerceDatabase.Catalog, product.Head.ProductId,
                    [.. product.TakeDocuments(), Json(product.Head, DocumentJsonContext.Default.Product)]);
            }));
        }
        Account? account = null;
        List<byte[]> documents = [];
        for (var n = 0; n < entries; n++)
        {
            var charge = _accounts.Decide(account, new AccountCommand.Charge(Collector, $"charge-{n}", 1), now.AddMinutes(n - entries));
            account = charge.Head;
            documents.Add(Json(charge.Record!.Entry!, DocumentJsonContext.Default.LedgerEntry));
        }
        if (account is not null)
            await WriteAsync(CommerceDatabase.Accounts, Collector, [.. documents, Json(account, DocumentJsonContext.Default.Account)]);
    }

    private IEnumerable<byte[]> UserDocuments(string userId, int count)
    {
        Account? account = null;
        for (var n = 0; n < count; n++)
        {
            var at = now - (history * _random.NextDouble());
            var order = NewOrder(userId, n, at);
            var charge = _accounts.Decide(account, new AccountCommand.Charge(userId, $"charge-{n}", order.TotalAmount), at);
            account = charge.Head;
            yield return Json(charge.Record!.Entry!, DocumentJsonContext.Default.LedgerEntry);
            var decided = _random.Next(20) switch { 0 => OrderStatus.Rejected, 1 => OrderStatus.Cancelled, _ => OrderStatus.Paid };
            foreach (var line in order.Lines)
                Reserve(order, line, decided, at);
            if (decided == OrderStatus.Rejected)
            {
                var refusal = Failure.InsufficientStock(order.Lines[0].ProductId, order.Lines[0].Quantity, 0);
                yield return Json(order.RejectedFor(refusal), DocumentJsonContext.Default.Order);
                continue;
            }
            var work = OrderWork.Of(order) with { PaidAt = at };
            foreach (var entry in Entries(ref account, work, decided, at))
                yield return Json(entry, DocumentJsonContext.Default.LedgerEntry);
            var paid = order with { Status = decided, PaidAt = at, CancelledAt = decided == OrderStatus.Cancelled ? at : null };
            yield return Json(paid, DocumentJsonContext.Default.Order);
        }
        yield return Json(account!, DocumentJsonContext.Default.Account);
    }

    /// <summary>The payment of an order, and its refund if it is cancelled.</summary>
    private List<LedgerEntry> Entries(ref Account? account, OrderWork work, OrderStatus decided, DateTimeOffset at)
    {
        var payment = _accounts.Decide(account! with { Held = work.TotalAmount }, new AccountCommand.Pay(work), at);
        account = payment.Head;
        if (decided != OrderStatus.Cancelled)
            return [payment.Record!.Entry!];
        var refund = _accounts.Decide(account, new AccountCommand.Refund(work), at);
        account = refund.Head;
        return [payment.Record!.Entry!, refund.Record!.Entry!];
    }

    private Order NewOrder(string userId, int number, DateTimeOffset at)
    {
        // Few products sell most.
        var lines = Enumerable.Range(0, 1 + _random.Next(LinesMax))
            .Select(_ => _products[(int)(_products.Count * Math.Pow(_random.NextDouble(), 3))].Head)
            .DistinctBy(static product => product.ProductId)
            .OrderBy(static product => product.ProductId, StringComparer.Ordinal)
            .Select(product => (product, Quantity: 1 + _random.Next(3)))
            .Select(static line => new OrderLine(
                line.product.ProductId, line.product.Name, line.product.Price, line.Quantity, line.product.Price * line.Quantity))
            .ToList();
        return new Order
        {
            Id = OperationId.Order(userId, $"order-{number}"),
            UserId = userId,
            Status = OrderStatus.Pending,
            Fingerprint = OperationId.Fingerprint(userId, $"{number}"),
            Lines = lines,
            TotalAmount = lines.Sum(static line => line.Amount),
            CreatedAt = at,
        };
    }

    /// <summary>What the stock says to a line: of an order that is rejected, the first one is sealed and the others are put back.</summary>
    private void Reserve(Order order, OrderLine line, OrderStatus decided, DateTimeOffset at)
    {
        var product = _products[int.Parse(line.ProductId.AsSpan(prefix.Length + 1), System.Globalization.CultureInfo.InvariantCulture)];
        if (decided == OrderStatus.Rejected && line == order.Lines[0])
        {
            product.Post(_stocks, new StockCommand.Seal(line.ProductId, order.Id, line.Quantity), at);
            return;
        }
        var reserve = new StockCommand.Reserve(line.ProductId, order.Id, line.Quantity, line.UnitPrice, IsPriceBound: false);
        var sale = product.Post(_stocks, reserve, at);
        if (decided != OrderStatus.Paid)
            product.Post(_stocks, new StockCommand.Release(line.ProductId, order.Id, sale), at);
    }

    private async Task WriteAsync(ContainerDefinition container, string partition, IReadOnlyList<byte[]> documents)
    {
        foreach (var chunk in documents.Chunk(Limits.BatchOperationsMax))
        {
            var batch = database[container].CreateTransactionalBatch(new PartitionKey(partition));
            foreach (var document in chunk)
                batch.CreateItemStream(new MemoryStream(document, writable: false), NoContent);
            using var answer = await batch.ExecuteAsync();
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException($"{container.Name}/{partition}: {answer.StatusCode} {answer.ErrorMessage}");
            Interlocked.Add(ref _documents, chunk.Length);
        }
    }

    private static byte[] Json<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    /// <summary>A product, and its movements that are not written yet.</summary>
    private sealed class ProductBooks
    {
        private List<byte[]> _documents = [];

        public ProductBooks(string productId, DateTimeOffset at)
        {
            (Head, var initial) = NewProduct.Create(productId, $"Product {productId}", 1_000, Limits.StockMax, at, "fill");
            _documents.Add(Json(initial!, DocumentJsonContext.Default.StockMovement));
        }

        public Product Head { get; private set; }

        public List<byte[]> Documents => _documents;

        public StockMovement Post(StockRules rules, StockCommand command, DateTimeOffset at)
        {
            var decision = rules.Decide(Head, command, at);
            (Head, var record) = (decision.Head!, decision.Record!);
            _documents.Add(Json(record, DocumentJsonContext.Default.StockMovement));
            return record;
        }

        public List<byte[]> TakeDocuments() => Interlocked.Exchange(ref _documents, []);
    }
}
