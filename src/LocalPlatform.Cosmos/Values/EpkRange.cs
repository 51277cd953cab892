namespace LocalPlatform.Cosmos.Values;

/// <summary>A span of effective partition keys, upper-case hex, lower bound inclusive, upper bound exclusive.</summary>
internal readonly record struct EpkRange(string Min, string Max)
{
    public static readonly EpkRange All = new("", "FF");

    public bool IsAll => Min.Length == 0 && Max == "FF";

    public bool Contains(string epk) => string.CompareOrdinal(epk, Min) >= 0 && string.CompareOrdinal(epk, Max) < 0;

    /// <summary>What lies in both; nothing lies in a range that ends before it begins.</summary>
    public EpkRange Intersect(EpkRange other) => new(
        string.CompareOrdinal(Min, other.Min) >= 0 ? Min : other.Min,
        string.CompareOrdinal(Max, other.Max) <= 0 ? Max : other.Max);
}
