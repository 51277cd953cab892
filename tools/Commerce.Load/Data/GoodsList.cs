namespace Commerce.Load.Data;

/// <summary>Name and price of each product as the rows tell them: the first price stands, and the first name that is not empty.</summary>
internal sealed class GoodsList
{
    private readonly Dictionary<string, (string Name, long Price)> _goods = new(StringComparer.Ordinal);

    public void Add(string productId, string description, long price)
    {
        var known = _goods.TryGetValue(productId, out var goods);
        if (!known)
            _goods.Add(productId, (RetailRules.Name(description), price));
        else if (goods.Name.Length == 0)
            _goods[productId] = (RetailRules.Name(description), goods.Price);
    }

    /// <summary>The products that <paramref name="orders"/> ask for and that are known here, by id, with stock by the rule of
    /// <see cref="RetailRules.Stock"/>.</summary>
    public IReadOnlyList<CatalogItem> ToCatalog(IEnumerable<SaleOrder> orders)
    {
        var demand = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in orders.SelectMany(order => order.Lines))
            demand[line.ProductId] = demand.GetValueOrDefault(line.ProductId) + line.Quantity;
        return [.. demand.Where(entry => _goods.ContainsKey(entry.Key))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => ToItem(entry.Key, entry.Value))];
    }

    private CatalogItem ToItem(string productId, long demand)
    {
        var (name, price) = _goods[productId];
        return new CatalogItem(productId, name.Length == 0 ? productId : name, price, RetailRules.Stock(productId, demand));
    }
}
