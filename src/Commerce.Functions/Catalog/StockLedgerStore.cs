using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>Products and their stock movements as ledger documents.</summary>
public sealed class StockLedgerStore(CommerceDatabase database, LedgerOptions options)
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

    /// <summary>What became of an order's line: taken, refused or sealed; null when it was not tried yet.</summary>
    public Task<StockMovement?> FindLineAsync(string productId, string orderId) =>
        Container.FindAsync<StockMovement>(OperationId.Sale(orderId), new PartitionKey(productId));
}
