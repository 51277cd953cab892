using System.Globalization;

namespace Commerce.Load.Data;

/// <summary>
/// Writes <c>catalog.csv</c>, <c>orders.csv</c> and <c>baskets.csv</c> from the data set. The same input gives the same bytes.
/// </summary>
internal static class SampleConversion
{
    public static SalesFile Convert(string sourcePath, string? basketsPath, string outFolder)
    {
        var sales = SalesFileReader.Read(sourcePath);
        var baskets = basketsPath is null ? null : Baskets.Read(basketsPath);
        Directory.CreateDirectory(outFolder);
        CatalogFile.Write(Path.Combine(outFolder, "catalog.csv"), sales.Catalog);
        CsvTable.Write(Path.Combine(outFolder, "orders.csv"), OrderRows(sales));
        if (baskets is not null)
            File.WriteAllLines(Path.Combine(outFolder, "baskets.csv"), baskets.Select(basket => string.Join(',', basket)));
        return sales;
    }

    internal static IEnumerable<string[]> OrderRows(SalesFile sales)
    {
        yield return ["orderKey", "userId", "productId", "quantity", "orderedAt"];
        foreach (var order in sales.Orders)
        {
            foreach (var row in Rows(order.Key, order, sign: 1))
                yield return row;
        }
        var byKey = sales.Orders.ToDictionary(order => order.Key, StringComparer.Ordinal);
        foreach (var cancellation in sales.Cancellations)
        {
            foreach (var row in Rows(cancellation.Key, byKey[cancellation.OrderKey], sign: -1))
                yield return row;
        }
    }

    private static IEnumerable<string[]> Rows(string key, SaleOrder order, int sign) =>
        order.Lines.Select(line => new[]
        {
            key, order.UserId, line.ProductId, (sign * line.Quantity).ToString(CultureInfo.InvariantCulture),
            order.OrderedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        });
}
