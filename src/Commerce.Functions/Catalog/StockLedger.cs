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

    protected override IReadOnlyList<PatchOperation> Patch(Product seen, Product head)
    {
        PatchOperation[] changes =
        [
            PatchOperation.Set("/stock", head.Stock),
            PatchOperation.Set("/movementCount", head.MovementCount),
            PatchOperation.Set("/updatedAt", head.UpdatedAt),
        ];
        return head.TransferCount == seen.TransferCount
            ? changes
            : [.. changes, PatchOperation.Set("/transfer", head.Transfer), PatchOperation.Set("/transferCount", head.TransferCount)];
    }

    protected override void Append(TransactionalBatch batch, StockMovement record) => batch.CreateItem(record, CreateOptions);

    protected override int OperationsOf(StockMovement record) => 1;

    protected override Task<StockMovement?> RecallAsync(StockCommand command) =>
        Container.FindAtPrimaryAsync<StockMovement>(Rules.RecordId(command), new PartitionKey(command.ProductId));

    /// <summary>
    /// What became of an order's line: taken, refused or sealed; null when a replica knows nothing of it, which is no proof that it was not
    /// tried.
    /// </summary>
    /// <param name="partition">The key of the line's partition.</param>
    /// <param name="orderId">The order.</param>
    public Task<StockMovement?> PeekLineAsync(string partition, string orderId) =>
        Container.PeekAsync<StockMovement>(OperationId.Sale(orderId), new PartitionKey(partition));

    /// <summary>The movement by which a transfer has arrived; null when it has not.</summary>
    /// <param name="partition">The key of the partition that it goes to.</param>
    /// <param name="from">The partition that it has left.</param>
    /// <param name="number">Its number there.</param>
    internal Task<StockMovement?> FindArrivalAsync(string partition, int from, long number) =>
        Container.FindAtPrimaryAsync<StockMovement>(OperationId.Take(from, number), new PartitionKey(partition));
}
