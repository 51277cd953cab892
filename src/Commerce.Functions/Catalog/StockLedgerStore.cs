using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>Products and their stock movements as ledger documents.</summary>
public sealed class StockLedgerStore(CommerceDatabase database, ProductReader products, LedgerOptions options, TimeProvider time)
    : LedgerStore<Product, StockCommand, StockMovement>(database[CommerceDatabase.Catalog], options, time)
{
    private static readonly StockRules Rules = new();

    protected override string HeadId => Product.DocumentId;

    protected override IReadOnlyList<PatchOperation> Patch(Product seen, Product head) =>
    [
        PatchOperation.Set("/stock", head.Stock),
        PatchOperation.Set("/movementCount", head.MovementCount),
        PatchOperation.Set("/updatedAt", head.UpdatedAt),
    ];

    protected override void Append(TransactionalBatch batch, StockMovement record) => batch.CreateItem(record, CreateOptions);

    protected override int OperationsOf(StockMovement record) => 1;

    internal override Task<StockMovement?> RecallAsync(StockCommand command) =>
        Container.FindAtPrimaryAsync<StockMovement>(Rules.RecordId(command), new PartitionKey(command.ProductId));

    /// <summary>The product as <see cref="ProductReader.FindAsync"/> finds it, kept as the last one seen.</summary>
    public async Task<Product?> FindProductAsync(string productId, CancellationToken ct)
    {
        var product = await products.FindAsync(productId, ct);
        if (product is not null)
            RememberIfNewer(product);
        return product;
    }

    /// <summary>The products as <see cref="ProductReader.FindManyAsync"/> finds them, kept as the last ones seen.</summary>
    public async Task<IReadOnlyDictionary<string, Product>> FindProductsAsync(IReadOnlyCollection<string> productIds, CancellationToken ct)
    {
        var found = await products.FindManyAsync(productIds, ct);
        foreach (var product in found.Values)
            RememberIfNewer(product);
        return found;
    }

    /// <summary>The products as <see cref="ProductReader.FindManyAtPrimaryAsync"/> finds them, kept as the last ones seen.</summary>
    public async Task<IReadOnlyDictionary<string, Product>> FindProductsAtPrimaryAsync(
        IReadOnlyList<string> productIds, CancellationToken ct)
    {
        var found = await products.FindManyAtPrimaryAsync(productIds, ct);
        foreach (var (productId, product) in found)
            Remember(productId, product);
        return found;
    }

    /// <summary>Gives up the last product seen if it has a price that is not in force any more.</summary>
    public void ForgetPrice(string productId, long price)
    {
        if (Seen(productId)?.Price == price)
            Forget(productId);
    }

    /// <summary>
    /// The products as last seen, by id; hints, as <see cref="LedgerStore{THead,TCommand,TRecord}.PeekAsync"/> gives. Those that are not in
    /// memory are read, all at once.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, Product>> PeekManyAsync(IReadOnlyCollection<string> productIds)
    {
        var seen = new Dictionary<string, Product>(productIds.Count);
        List<string> unseen = [];
        foreach (var productId in productIds)
        {
            if (Seen(productId) is { } product)
                seen.Add(productId, product);
            else
                unseen.Add(productId);
        }
        if (unseen.Count == 0)
            return seen;
        foreach (var (productId, product) in await products.FindManyAsync(unseen, CancellationToken.None))
        {
            Remember(productId, product);
            seen.Add(productId, product);
        }
        return seen;
    }

    /// <summary>
    /// What became of an order's line: taken, refused or sealed; null when a replica knows nothing of it, which is no proof that it was not
    /// tried.
    /// </summary>
    public Task<StockMovement?> PeekLineAsync(string productId, string orderId) =>
        Container.PeekAsync<StockMovement>(OperationId.Sale(orderId), new PartitionKey(productId));

    /// <summary>A replica may lag, and a posting, or another instance, may have been faster than the reading.</summary>
    private void RememberIfNewer(Product product)
    {
        if (Seen(product.ProductId) is not { } seen || VersionOf(seen).CompareTo(VersionOf(product)) <= 0)
            Remember(product.ProductId, product);

        static (long, DateTimeOffset) VersionOf(Product product) => (product.MovementCount, product.UpdatedAt);
    }
}
