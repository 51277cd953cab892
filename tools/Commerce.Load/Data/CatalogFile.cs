using System.Globalization;

namespace Commerce.Load.Data;

/// <summary><c>productId,name,price,stock</c>: what the shop's import takes.</summary>
internal static class CatalogFile
{
    private static readonly string[] Columns = ["productId", "name", "price", "stock"];

    public static void Write(string path, IEnumerable<CatalogItem> items) => CsvTable.Write(path, ToRows(items));

    public static string ToCsv(IEnumerable<CatalogItem> items)
    {
        using var writer = new StringWriter();
        CsvTable.WriteTo(writer, ToRows(items));
        return writer.ToString();
    }

    /// <exception cref="InputException">A row that is no product; a catalog is ours, so nothing is left out in silence.</exception>
    public static IReadOnlyList<CatalogItem> Read(string path)
    {
        var (text, _) = CsvTable.ReadText(path);
        var source = Path.GetFileName(path);
        List<CatalogItem> items = [];
        foreach (var row in CsvTable.Rows(text, () => throw new InputException($"{source}: malformed row")))
        {
            var id = row["PRODUCTID"].Trim();
            if (!RetailRules.IsSafeId(id)
                || !long.TryParse(row["PRICE"], NumberStyles.None, CultureInfo.InvariantCulture, out var price) || price < 1
                || !int.TryParse(row["STOCK"], NumberStyles.None, CultureInfo.InvariantCulture, out var stock))
                throw new InputException($"{source}, line {row.Line}: a product needs productId,name,price (1 or more),stock (0 or more)");
            items.Add(new CatalogItem(id, RetailRules.Name(row["NAME"]), price, stock));
        }
        return items;
    }

    private static IEnumerable<string[]> ToRows(IEnumerable<CatalogItem> items) =>
        items.Select(item => new[]
        {
            item.ProductId, item.Name, item.Price.ToString(CultureInfo.InvariantCulture), item.Stock.ToString(CultureInfo.InvariantCulture),
        }).Prepend(Columns);
}
