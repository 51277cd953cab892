using Commerce.Shared.Catalog;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Writes a catalog. Each row is an operation of its own that finds its product or makes it, so an import that was cut off is
/// simply repeated, and one that is repeated changes nothing.
/// </summary>
public sealed class CatalogImport(CatalogWriter catalog)
{
    private const int ParallelWritesMax = 32;

    internal async Task<ImportView> RunAsync(IReadOnlyList<CatalogRow> rows, CancellationToken ct)
    {
        var counts = new int[Enum.GetValues<CatalogEffect>().Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelWritesMax, CancellationToken = ct };
        await Parallel.ForEachAsync(rows, options, async (row, _) =>
        {
            // Without a precondition there is always something that was done.
            var change = await catalog.PutAsync(row, precondition: null, CancellationToken.None);
            Interlocked.Increment(ref counts[(int)change!.Effect]);
        });
        return new(
            rows.Count, counts[(int)CatalogEffect.Created], counts[(int)CatalogEffect.Updated], counts[(int)CatalogEffect.Unchanged]);
    }
}
