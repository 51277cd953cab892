using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Writes what operators say about products: names and prices. Stock is the ledger's alone: it is set once, when a product is new,
/// and a later change of name or price is a patch that leaves it as it is at that moment.
/// </summary>
public sealed class CatalogWriter(CommerceDatabase database, ProductReader products, StockLedgerStore heads, TimeProvider time)
{
    private static readonly PatchItemRequestOptions Answered = new() { EnableContentResponseOnWrite = true };

    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    /// <summary>Creates a product with its first stock; null when there is one with that id already.</summary>
    public async Task<Product?> CreateAsync(string productId, string name, long price, long stock)
    {
        var (product, movement) = NewProduct.Create(productId, name, price, stock, time.GetUtcNow());
        using var response = await TransientFaults.RetryAsync(() =>
        {
            var batch = _catalog.CreateTransactionalBatch(new PartitionKey(productId)).CreateItem(product);
            if (movement is not null)
                batch.CreateItem(movement);
            return batch.ExecuteAsync();
        });
        return response switch
        {
            { IsSuccessStatusCode: true } => product with { ETag = response[0].ETag },
            { StatusCode: HttpStatusCode.Conflict } => null,
            _ => throw new CosmosException(response.ErrorMessage, response.StatusCode, 0, response.ActivityId, response.RequestCharge),
        };
    }

    /// <summary>Gives an existing product a name and a price.</summary>
    /// <param name="current">The product as it was read.</param>
    /// <param name="name">Its name from now on.</param>
    /// <param name="price">Won a piece, from now on.</param>
    /// <param name="ifMatch">True when it may only be changed if it is still what was read.</param>
    /// <returns>The product with the stock it has now, or null when it is no longer what was read.</returns>
    public async Task<Product?> UpdateAsync(Product current, string name, long price, bool ifMatch)
    {
        if (current.Name == name && current.Price == price)
            return current;
        var partitionKey = new PartitionKey(current.ProductId);
        var operations = new[]
        {
            PatchOperation.Set("/name", name),
            PatchOperation.Set("/price", price),
            PatchOperation.Set("/updatedAt", time.GetUtcNow()),
        };
        var options = ifMatch ? new PatchItemRequestOptions { IfMatchEtag = current.ETag, EnableContentResponseOnWrite = true } : Answered;
        try
        {
            var response = await TransientFaults.RetryAsync(
                () => _catalog.PatchItemAsync<Product>(Product.DocumentId, partitionKey, operations, options));
            return response.Resource;
        }
        catch (CosmosException changed) when (changed.StatusCode == HttpStatusCode.PreconditionFailed)
        {
            // Either somebody else wrote, or our own patch did before its answer was lost. The document tells.
            var stored = await products.FindAsync(current.ProductId, CancellationToken.None);
            return stored is not null && stored.Name == name && stored.Price == price ? stored : null;
        }
        finally
        {
            heads.Forget(current.ProductId);
        }
    }
}
