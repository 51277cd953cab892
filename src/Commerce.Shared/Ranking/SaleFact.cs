namespace Commerce.Shared.Ranking;

/// <summary>Pieces and won.</summary>
/// <remarks>Int64 holds the yearly product of the whole world in won some seventy times over; sums are not checked.</remarks>
public readonly record struct Sales(long Quantity, long Revenue)
{
    public static Sales operator +(Sales left, Sales right) => new(left.Quantity + right.Quantity, left.Revenue + right.Revenue);

    public static Sales operator -(Sales sales) => new(-sales.Quantity, -sales.Revenue);

    public static Sales Add(Sales left, Sales right) => left + right;

    public static Sales Negate(Sales sales) => -sales;
}

/// <summary>
/// A line of an immutable fact in the accounts' change feed: an order was paid, or its money was given back (then the sales are negative
/// and the time is that of the payment, so that both fall into the same bucket and cancel out).
/// </summary>
/// <param name="Product">The product's number in <see cref="ProductIds"/>.</param>
/// <param name="Sales">Pieces and won.</param>
/// <param name="SoldAt">When the sale took place.</param>
public readonly record struct SaleFact(int Product, Sales Sales, DateTimeOffset SoldAt);

/// <param name="Documents">How many documents a page of the feed has.</param>
/// <param name="WrittenAt">When the last of them was written, by the store's clock in Unix seconds; 0 when the page is empty.</param>
public readonly record struct SalePage(int Documents, long WrittenAt);

/// <summary>
/// Numbers for product ids, in memory only: 4 bytes in every bucket instead of a string. Not thread-safe.
/// </summary>
public sealed class ProductIds
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly List<string> _ids = [];

    public ProductIds() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    public string this[int number] => _ids[number];

    public int NumberOf(ReadOnlySpan<char> productId)
    {
        if (_lookup.TryGetValue(productId, out var number))
            return number;
        number = _ids.Count;
        _ids.Add(productId.ToString());
        _numbers.Add(_ids[number], number);
        return number;
    }
}
