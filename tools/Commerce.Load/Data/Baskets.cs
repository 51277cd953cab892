namespace Commerce.Load.Data;

/// <summary>Baskets as they were bought: one a line, product ids separated by commas, no header.</summary>
internal static class Baskets
{
    /// <summary>The distinct goods of one line, in its sequence; <paramref name="leftOut"/> hears how many codes are not goods.</summary>
    public static IReadOnlyList<string> Products(ReadOnlySpan<char> line, Action<int>? leftOut = null)
    {
        List<string> products = [];
        var others = 0;
        foreach (var range in line.Split(','))
        {
            var code = line[range].Trim();
            if (code.IsEmpty)
                continue;
            if (code.Length > 64 || RetailRules.ProductId(code.ToString()) is not { } productId)
                others++;
            else if (!products.Contains(productId))
                products.Add(productId);
        }
        if (others > 0)
            leftOut?.Invoke(others);
        return products;
    }

    /// <summary>Baskets that are not empty, of a whole file.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Read(string path)
    {
        var (text, _) = CsvTable.ReadText(path);
        List<IReadOnlyList<string>> baskets = [];
        foreach (var line in text.EnumerateLines())
        {
            if (Products(line) is { Count: > 0 } products)
                baskets.Add(products);
        }
        return baskets.Count > 0 ? baskets : throw new InputException($"{path}: no basket in it");
    }

    /// <summary>Baskets say no price: 500 to 50,000 won from the code, so that it is the same on each run.</summary>
    public static long Price(string productId)
    {
        var hash = 17u;
        foreach (var character in productId)
            hash = (hash * 31) + character;
        return ((hash % 100) + 1) * 500;
    }
}
