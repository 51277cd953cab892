using System.Text.Json;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Recomputes everything from the raw documents, by code that shares nothing with the app's own audit: sums, sequences, and that every
/// order is complete or absent in every ledger it touches.
/// </summary>
public sealed class RawAudit
{
    private readonly List<string> _differences = [];

    private RawAudit(IReadOnlyList<JsonElement> accounts, IReadOnlyList<JsonElement> catalog)
    {
        Orders = [.. OfType(accounts, Order.DocumentType).Select(json => json.Deserialize(DocumentJsonContext.Default.Order)!)];
        Entries = [.. OfType(accounts, LedgerEntry.DocumentType)
            .Select(json => json.Deserialize(DocumentJsonContext.Default.LedgerEntry)!)];
        Movements = [.. OfType(catalog, StockMovement.DocumentType)
            .Select(json => json.Deserialize(DocumentJsonContext.Default.StockMovement)!)];
        CheckAccounts([.. OfType(accounts, Account.DocumentType).Select(json => json.Deserialize(DocumentJsonContext.Default.Account)!)]);
        Partitions = [.. OfType(catalog, Product.DocumentType).Concat(OfType(catalog, Product.ShardType))
            .Select(json => json.Deserialize(DocumentJsonContext.Default.Product)!)];
        CheckStock();
        CheckMoves();
        CheckOrders();
    }

    public IReadOnlyList<Order> Orders { get; }

    public IReadOnlyList<LedgerEntry> Entries { get; }

    public IReadOnlyList<StockMovement> Movements { get; }

    /// <summary>The heads of products and of their shards.</summary>
    public IReadOnlyList<Product> Partitions { get; }

    /// <summary>What does not agree; empty when all is well. A pending order counts as a difference.</summary>
    public IReadOnlyList<string> Differences => _differences;

    public static CosmosClient Client(HttpMessageHandler gateway) =>
        new(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(gateway));

    public static async Task<RawAudit> OfAsync(CosmosClient client) =>
        new(await AllAsync(client, "accounts"), await AllAsync(client, "catalog"));

    /// <summary>The audit of a shop's own data folder, which no process has open.</summary>
    public static async Task<RawAudit> OfFolderAsync(string dataPath)
    {
        await using var store = CosmosStore.Open(Path.Combine(dataPath, "cosmos.db"), TimeProvider.System);
        using var gateway = new CosmosGatewayHandler(store);
        using var client = Client(gateway);
        return await OfAsync(client);
    }

    public void AssertNoDifferences() => Assert.True(_differences.Count == 0, string.Join('\n', _differences.Take(20)));

    private static async Task<IReadOnlyList<JsonElement>> AllAsync(CosmosClient client, string container)
    {
        var documents = new List<JsonElement>();
        using var pages = client.GetContainer("commerce", container).GetItemQueryStreamIterator("SELECT * FROM c");
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync();
            page.EnsureSuccessStatusCode();
            documents.AddRange((await JsonSerializer.DeserializeAsync<JsonElement>(page.Content)).GetProperty("Documents")
                .EnumerateArray());
        }
        return documents;
    }

    private static IEnumerable<JsonElement> OfType(IEnumerable<JsonElement> documents, string type) =>
        documents.Where(document => document.TryGetProperty("type", out var value) && value.GetString() == type);

    private void CheckAccounts(IReadOnlyList<Account> accounts)
    {
        var entriesOf = Entries.ToLookup(entry => entry.UserId);
        var pendingOf = Orders.Where(order => order.Status == OrderStatus.Pending).ToLookup(order => order.UserId);
        foreach (var account in accounts)
        {
            var pending = pendingOf[account.UserId].Sum(order => order.TotalAmount);
            Check(account.Held == pending, $"{account.UserId} holds {account.Held}, pending orders cost {pending}");
            var posted = entriesOf[account.UserId].Where(entry => entry.Kind != EntryKind.Refused).OrderBy(entry => entry.Sequence)
                .ToList();
            Check(account.Balance >= 0, $"{account.UserId} has {account.Balance}");
            Check(posted.Sum(entry => entry.Amount) == account.Balance,
                $"{account.UserId} has {account.Balance}, entries say {posted.Sum(entry => entry.Amount)}");
            Check(posted.Select(entry => entry.Sequence).SequenceEqual(Enumerable.Range(1, posted.Count).Select(i => (long)i)),
                $"{account.UserId}: gap in the entries");
            Check(account.EntryCount == posted.Count, $"{account.UserId}: {account.EntryCount} entries counted, {posted.Count} there");
            var running = 0L;
            foreach (var entry in posted)
                Check((running += entry.Amount) == entry.BalanceAfter && running >= 0,
                    $"{account.UserId}: entry {entry.Id} does not follow");
        }
        var known = accounts.Select(account => account.UserId).ToHashSet();
        foreach (var orphan in entriesOf.Where(group => !known.Contains(group.Key)))
            Check(false, $"{orphan.Key} has entries and no account");
    }

    /// <summary>What went from one partition of a product to another is in one of them, or noted as under way.</summary>
    private void CheckMoves()
    {
        var heads = Partitions.ToDictionary(head => head.ProductId);
        var arrived = Movements.Where(movement => movement is { Kind: MovementKind.Moved, Delta: > 0 })
            .ToDictionary(movement => (To: movement.ProductId, movement.Id));
        foreach (var left in Movements.Where(movement => movement is { Kind: MovementKind.Moved, Delta: < 0 }))
        {
            var number = long.Parse(left.Id["give-".Length..], System.Globalization.CultureInfo.InvariantCulture);
            var (product, from) = left.ProductId.Split('#') is [var id, var shard] ? (id, shard) : (left.ProductId, "0");
            var to = left.OtherShard == 0 ? product : $"{product}#{left.OtherShard}";
            var isThere = arrived.Remove((to, $"take-{from}-{number}"), out var taken);
            var isUnderWay = heads[left.ProductId].Transfer is { } note && note.Number == number && note.Pieces == -left.Delta;
            Check(isThere ? taken!.Delta == -left.Delta : isUnderWay, $"{left.ProductId}/{left.Id} went to {to} and is not there");
        }
        foreach (var (key, taken) in arrived)
            Check(false, $"{key.To} has {taken.Delta} pieces by {key.Id} that nobody gave");
    }

    private void CheckStock()
    {
        var movementsOf = Movements.ToLookup(movement => movement.ProductId);
        foreach (var product in Partitions)
        {
            var sum = movementsOf[product.ProductId].Sum(movement => movement.Delta);
            Check(product.Stock >= 0 && sum == product.Stock, $"{product.ProductId} has {product.Stock}, movements say {sum}");
            var moved = movementsOf[product.ProductId].Where(movement => movement.Sequence > 0).Select(movement => movement.Sequence)
                .Order();
            Check(moved.SequenceEqual(Enumerable.Range(1, (int)product.MovementCount).Select(i => (long)i)),
                $"{product.ProductId}: gap in the movements");
        }
        var known = Partitions.Select(product => product.ProductId).ToHashSet();
        foreach (var orphan in movementsOf.Where(group => !known.Contains(group.Key)))
            Check(false, $"{orphan.Key} has movements and is no product");
        Check(Movements.All(movement => movement.StockAfter >= 0), "stock was negative at some time");
    }

    private void CheckOrders()
    {
        var lines = Movements.Where(movement => movement.OrderId is not null).ToLookup(movement => (movement.OrderId, movement.ProductId));
        var money = Entries.Where(entry => entry.OrderId is not null).ToLookup(entry => entry.OrderId);
        foreach (var order in Orders)
        {
            var sold = order.Status is OrderStatus.Paid or OrderStatus.Cancelled;
            Check(order.Status != OrderStatus.Pending, $"{order.Id} is still pending");
            foreach (var line in order.Lines)
                CheckLine(order, line, [.. lines[(order.Id, PartitionOf(line))]]);
            Check(money[order.Id].Sum(entry => entry.Amount) == (order.Status == OrderStatus.Paid ? -order.TotalAmount : 0),
                $"{order.Id} ({order.Status}): wrong money");
            Check(money[order.Id].Any(entry => entry.Kind == EntryKind.Payment) == sold, $"{order.Id} ({order.Status}): payment");
            Check(order.TotalAmount == order.Lines.Sum(line => line.Amount), $"{order.Id}: total");
            var facts = order.Lines.Select(line => new SoldLine(line.ProductId, line.Quantity, line.UnitPrice) { Shard = line.Shard })
                .ToList();
            Check(money[order.Id].All(entry => entry.Lines!.SequenceEqual(facts)),
                $"{order.Id}: what statistics count is not what was bought");
        }
        var known = Orders.Select(order => order.Id).ToHashSet();
        var places = Orders.SelectMany(order => order.Lines.Select(line => ((string?)order.Id, PartitionOf(line)))).ToHashSet();
        foreach (var stray in lines.Where(group => !places.Contains(group.Key)))
            Check(false, $"{stray.Key.OrderId} has a line in {stray.Key.ProductId}, where it was not to be");
        Check(lines.All(group => known.Contains(group.Key.OrderId!)), "a movement belongs to no order");
        Check(money.All(group => known.Contains(group.Key!)), "an entry belongs to no order");
    }

    private static string PartitionOf(OrderLine line) => line.Shard == 0 ? line.ProductId : $"{line.ProductId}#{line.Shard}";

    private void CheckLine(Order order, OrderLine line, IReadOnlyList<StockMovement> movements)
    {
        var sale = movements.SingleOrDefault(movement => movement.Id == OperationId.Sale(order.Id) && movement.Kind == MovementKind.Sale);
        var release = movements.SingleOrDefault(movement => movement.Kind == MovementKind.Release);
        if (order.Status is OrderStatus.Paid or OrderStatus.Cancelled)
            Check(sale?.Delta == -line.Quantity && sale.UnitPrice == line.UnitPrice,
                $"{order.Id}: line {line.ProductId} was not sold as ordered");
        Check((release is not null) == (sale is not null && order.Status != OrderStatus.Paid),
            $"{order.Id} ({order.Status}): line {line.ProductId} held or released wrongly");
        Check(release is null || release.Delta == -sale!.Delta, $"{order.Id}: line {line.ProductId} released by another amount");
    }

    private void Check(bool holds, string difference)
    {
        if (!holds)
            _differences.Add(difference);
    }
}
