using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Writes what operators say about products: names and prices. Stock is the ledger's alone: it is set once, when a product is new,
/// and a later change of name or price is a patch that leaves it as it is at that moment. A price that is written is in force in all
/// partitions of the product.
/// </summary>
public sealed class CatalogWriter(
    CommerceDatabase database, ProductReader products, ShownStock shown, ShardPrices prices, TimeProvider time)
{
    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    /// <summary>
    /// Sees to it that a product has a name and a price: creates it, changes it, or finds that it has them. What it has is what the primary
    /// says, so nothing is left unwritten because of what a replica has.
    /// </summary>
    /// <param name="row">What the product is to be; its stock counts only if it is new.</param>
    /// <param name="precondition">Whether a version (its ETag; null when there is none) may be changed.</param>
    /// <param name="ct">Stops before the next attempt.</param>
    /// <returns>What was done; null when the precondition does not hold.</returns>
    /// <exception cref="UndecidedWriteException">It cannot be told whether it was done.</exception>
    public async Task<CatalogChange?> PutAsync(CatalogRow row, Func<string?, bool>? precondition, CancellationToken ct)
    {
        var change = await PutOwnAsync(row, precondition, ct);
        if (change is not { Product: { ShardsMade: > 0 } product })
            return change;
        // Also when nothing was to be written: it may be the repeat of one that came no further.
        await prices.CopyAsync(row.ProductId, product.ShardsMade);
        var seen = await shown.OfAsync(product);
        // Should another have written since, it is a version that nobody can meet any more, and its name is that of none there is.
        var isLast = product.ETag is not null && seen.Revisions == product.Revisions;
        return change with { Product = product with { Stock = seen.Stock, ETag = isLast ? seen.ETag : product.ETag } };
    }

    private async Task<CatalogChange?> PutOwnAsync(CatalogRow row, Func<string?, bool>? precondition, CancellationToken ct)
    {
        for (var races = 0; ; races++)
        {
            var current = await FindAsync(row.ProductId, ct);
            if (precondition is not null && !precondition(current is null ? null : (await shown.OfAsync(current)).ETag))
                return null;
            if (current?.Name == row.Name && current.Price == row.Price)
                return new(current, CatalogEffect.Unchanged);
            if (current is null && await CreateAsync(row.ProductId, row.Name, row.Price, row.Stock) is { } created)
                return new(created, CatalogEffect.Created);
            if (current is not null && await UpdateAsync(current, row.Name, row.Price, ifMatch: precondition is not null) is { } updated)
                return new(updated, CatalogEffect.Updated);
            await LostRaces.BackOffAsync(races, time);
        }
    }

    /// <summary>Creates a product with its first stock; null when there is one with that id already.</summary>
    public async Task<Product?> CreateAsync(string productId, string name, long price, long stock)
    {
        var revision = WriteName.Create();
        var (product, movement) = NewProduct.Create(productId, name, price, stock, time.GetUtcNow(), revision);
        using var answer = await _catalog.TryExecuteAsync(new PartitionKey(productId), batch =>
        {
            batch.CreateItem(product);
            if (movement is not null)
                batch.CreateItem(movement);
        });
        return answer.IsSuccessStatusCode
            ? product.WithETag(answer[0].ETag)
            : await FindWrittenAsync(product with { Revisions = "" }, name, price, revision);
    }

    /// <summary>Gives an existing product a name and a price.</summary>
    /// <param name="current">The product as it was read.</param>
    /// <param name="name">Its name from now on.</param>
    /// <param name="price">Won a piece, from now on.</param>
    /// <param name="ifMatch">True when it may only be changed if all of it is still what was read, its stock included.</param>
    /// <returns>The product with the stock it has now; null when its name and price, or all of it, are no longer what was read.</returns>
    public async Task<Product?> UpdateAsync(Product current, string name, long price, bool ifMatch)
    {
        var revision = WriteName.Create();
        var operations = Changes(name, price, Revisions.With(current.Revisions, revision), time.GetUtcNow());
        var guard = new PatchItemRequestOptions
        {
            IfMatchEtag = ifMatch ? current.ETag : null,
            // Sales change the ETag all the time; only who writes names and prices writes this.
            FilterPredicate = ifMatch ? null : HasRevisions(current.Revisions),
        };
        try
        {
            return await _catalog.TryPatchAsync<Product>(Product.DocumentId, new PartitionKey(current.ProductId), operations, guard)
                ?? await FindWrittenAsync(current, name, price, revision);
        }
        finally
        {
            products.Forget(current.ProductId);
        }
    }

    // Not by the reader, which would keep a whole catalog that is imported.
    private Task<Product?> FindAsync(string productId, CancellationToken ct) =>
        _catalog.FindAtPrimaryAsync<Product>(Product.DocumentId, new PartitionKey(productId), ct);

    /// <summary>Sets all that these writers write, in a product or in a copy of it.</summary>
    internal static PatchOperation[] Changes(string name, long price, string revisions, DateTimeOffset now) =>
    [
        PatchOperation.Set("/name", name),
        PatchOperation.Set("/price", price),
        PatchOperation.Set("/revisions", revisions),
        PatchOperation.Set("/updatedAt", now),
    ];

    /// <summary>The condition that a product has been written to, in name and price, by these writers and nobody since.</summary>
    internal static string HasRevisions(string revisions) => revisions.Length == 0
        ? "FROM c WHERE NOT IS_DEFINED(c.revisions) OR c.revisions = ''"
        : $"FROM c WHERE c.revisions = '{revisions}'";

    /// <summary>
    /// What a write has made whose name is among the product's last: it was carried out before its answer was lost. Null when it is not
    /// among them: somebody else has written.
    /// </summary>
    private async Task<Product?> FindWrittenAsync(Product before, string name, long price, string revision)
    {
        if (await FindAsync(before.ProductId, CancellationToken.None) is not { } stored)
            return null;
        if (!Revisions.Contains(stored.Revisions, revision))
        {
            return Revisions.TellAllSince(stored.Revisions, before.Revisions)
                ? null
                : throw new UndecidedWriteException(Failure.Superseded);
        }
        // Others may have changed it since; theirs is the version then.
        return Revisions.IsLast(stored.Revisions, revision) ? stored : stored with { Name = name, Price = price, ETag = null };
    }
}

/// <param name="Product">The product as it was left.</param>
/// <param name="Effect">What was done to it.</param>
public sealed record CatalogChange(Product Product, CatalogEffect Effect);

/// <summary>What became of a product that was to have a name and a price.</summary>
public enum CatalogEffect
{
    Created,
    Updated,
    Unchanged,
}
