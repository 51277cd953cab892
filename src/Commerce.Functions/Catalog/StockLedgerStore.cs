using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>Products and their stock movements as ledger documents.</summary>
public sealed class StockLedgerStore(CommerceDatabase database, LedgerOptions options)
    : LedgerStore<Product, StockMovement>(database[CommerceDatabase.Catalog], options)
{
    protected override string HeadId => Product.DocumentId;

    protected override string? ETagOf(Product head) => head.ETag;

    protected override Product WithETag(Product head, string etag) => head with { ETag = etag };

    protected override IReadOnlyList<PatchOperation> Patch(Product head) =>
    [
        PatchOperation.Set("/stock", head.Stock),
        PatchOperation.Set("/movementCount", head.MovementCount),
        PatchOperation.Set("/updatedAt", head.UpdatedAt),
    ];
}
