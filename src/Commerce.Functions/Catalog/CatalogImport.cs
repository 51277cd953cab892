using Commerce.Shared.Catalog;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Writes a catalog. Each row is an operation of its own that finds its product or makes it, so an import that was cut off is
/// simply repeated, and one that is repeated changes nothing.
/// </summary>
public sealed class CatalogImport(ProductReader products, CatalogWriter catalog)
{
    private const int ChunkSize = 100;
    private const int ParallelChunksMax = 4;
    private const int ParallelWritesMax = 8;

    internal async Task<ImportView> RunAsync(IReadOnlyList<CatalogRow> rows, CancellationToken ct)
    {
        var counts = new int[Enum.GetValues<Effect>().Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelChunksMax, CancellationToken = ct };
        await Parallel.ForEachAsync(rows.Chunk(ChunkSize), options, async (chunk, chunkCt) =>
        {
            var existing = await products.FindManyAsync([.. chunk.Select(static row => row.ProductId)], chunkCt);
            var changed = chunk.Where(row => !IsUnchanged(row, existing)).ToList();
            Interlocked.Add(ref counts[(int)Effect.Unchanged], chunk.Length - changed.Count);
            var writes = new ParallelOptions { MaxDegreeOfParallelism = ParallelWritesMax, CancellationToken = chunkCt };
            await Parallel.ForEachAsync(changed, writes, async (row, _) =>
                Interlocked.Increment(ref counts[(int)await WriteAsync(row, existing.GetValueOrDefault(row.ProductId))]));
        });
        return new(rows.Count, counts[(int)Effect.Created], counts[(int)Effect.Updated], counts[(int)Effect.Unchanged]);
    }

    private enum Effect
    {
        Created,
        Updated,
        Unchanged,
    }

    private static bool IsUnchanged(CatalogRow row, IReadOnlyDictionary<string, Product> existing) =>
        existing.TryGetValue(row.ProductId, out var product) && product.Name == row.Name && product.Price == row.Price;

    private async Task<Effect> WriteAsync(CatalogRow row, Product? current)
    {
        if (current is null)
        {
            if (await catalog.CreateAsync(row.ProductId, row.Name, row.Price, row.Stock) is not null)
                return Effect.Created;
            // There since we looked: another import, or our own write whose answer was lost. It keeps the stock it has.
            current = await products.FindAsync(row.ProductId, CancellationToken.None)
                ?? throw new InvalidOperationException($"Product '{row.ProductId}' exists and cannot be read.");
        }
        if (current.Name == row.Name && current.Price == row.Price)
            return Effect.Unchanged;
        await catalog.UpdateAsync(current, row.Name, row.Price, ifMatch: false);
        return Effect.Updated;
    }
}
