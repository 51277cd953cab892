namespace LocalPlatform.Cosmos.Protocol;

/// <summary>
/// Request units by the published rules of thumb: a point read of 1 KB costs 1 RU, a create of 1 KB about 5 RU, a replace about
/// twice a create; a query costs by the documents it loads and returns. Plausible, not billed.
/// </summary>
internal static class RequestCharges
{
    /// <summary>A refused or unmodified call, or metadata.</summary>
    public const double Refusal = 1;

    public const double Metadata = 2;

    private const double KilobyteBytes = 1024;

    public static double Read(int bytes) => Round(Math.Max(1, Kilobytes(bytes)));

    public static double Create(int bytes) => Round(5.29 * Growth(bytes));

    public static double Replace(int bytes) => Round(10.29 * Growth(bytes));

    public static double Delete(int bytes) => Round(5.29 * Growth(bytes));

    /// <summary>What a page cost: a base, what was loaded from the store, and what was returned.</summary>
    public static double Query(int loadedDocuments, long loadedBytes, long returnedBytes) =>
        Round(2.25 + (0.03 * loadedDocuments) + (0.025 * loadedBytes / KilobyteBytes) + (0.1 * returnedBytes / KilobyteBytes));

    public static double Feed(long returnedBytes) => Round(1 + (0.5 * returnedBytes / KilobyteBytes));

    private static double Kilobytes(int bytes) => bytes / KilobyteBytes;

    // Below 1 KB the index work dominates; above, cost follows size.
    private static double Growth(int bytes) => Math.Max(1, Kilobytes(bytes));

    private static double Round(double charge) => Math.Round(charge, 2);
}
