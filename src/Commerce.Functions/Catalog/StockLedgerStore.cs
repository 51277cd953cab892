using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>Products and their stock movements as ledger documents.</summary>
public sealed class StockLedgerStore(CommerceDatabase database, ProductReader products, LedgerOptions options)
    : LedgerStore<Product, StockCommand, StockMovement>(database[CommerceDatabase.Catalog], options)
{
    private static readonly StockRules Rules = new();

    protected override string HeadId => Product.DocumentId;

    protected override string? ETagOf(Product head) => head.ETag;

    protected override Product WithETag(Product head, string etag) => head with { ETag = etag };

    protected override IReadOnlyList<PatchOperation> Patch(Product seen, Product head) =>
    [
        PatchOperation.Set("/stock", head.Stock),
        PatchOperation.Set("/movementCount", head.MovementCount),
        PatchOperation.Set("/updatedAt", head.UpdatedAt),
    ];

    protected override void Append(TransactionalBatch batch, StockMovement record) => batch.CreateItem(record, CreateOptions);

    protected override int OperationsOf(StockMovement record) => 1;

    internal override Task<StockMovement?> RecallAsync(StockCommand command) =>
        Container.FindAsync<StockMovement>(Rules.RecordId(command), new PartitionKey(command.ProductId));

    /// <summary>The product as it is stored now, kept as the last one seen; null when there is none.</summary>
    public async Task<Product?> FindProductAsync(string productId, CancellationToken ct)
    {
        var product = await products.FindAsync(productId, ct);
        // A posting may have been faster than the reading.
        if (product is not null && !(Seen(productId)?.MovementCount > product.MovementCount))
            Remember(productId, product);
        return product;
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

    /// <summary>What became of an order's line: taken, refused or sealed; null when it was not tried yet.</summary>
    public Task<StockMovement?> FindLineAsync(string productId, string orderId) =>
        Container.FindAsync<StockMovement>(OperationId.Sale(orderId), new PartitionKey(productId));
}
