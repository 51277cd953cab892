using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>The stock of products, and the movements that change it: documents of one partition per product.</summary>
public sealed class StockLedger(ProductReader products, LedgerOptions options, TimeProvider time)
    : Ledger<Product, StockCommand, StockMovement>(Rules, products, options, time)
{
    private static readonly StockRules Rules = new();

    protected override IReadOnlyList<PatchOperation> Patch(Product seen, Product head) =>
    [
        PatchOperation.Set("/stock", head.Stock),
        PatchOperation.Set("/movementCount", head.MovementCount),
        PatchOperation.Set("/updatedAt", head.UpdatedAt),
    ];

    protected override void Append(TransactionalBatch batch, StockMovement record) => batch.CreateItem(record, CreateOptions);

    protected override int OperationsOf(StockMovement record) => 1;

    protected override Task<StockMovement?> RecallAsync(StockCommand command) =>
        Container.FindAtPrimaryAsync<StockMovement>(Rules.RecordId(command), new PartitionKey(command.ProductId));

    /// <summary>
    /// What became of an order's line: taken, refused or sealed; null when a replica knows nothing of it, which is no proof that it was not
    /// tried.
    /// </summary>
    public Task<StockMovement?> PeekLineAsync(string productId, string orderId) =>
        Container.PeekAsync<StockMovement>(OperationId.Sale(orderId), new PartitionKey(productId));
}
