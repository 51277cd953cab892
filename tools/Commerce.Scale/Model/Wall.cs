namespace Commerce.Scale.Model;

/// <summary>
/// The wall of one product: all its sales are records in one logical partition, whose throughput the database limits. A batch has one
/// patch of the stock and a record for each sale, so the fuller the batch, the cheaper the sale; below the record's own price it cannot go.
/// </summary>
internal static class Wall
{
    /// <summary>RU of one sale in a batch of so many.</summary>
    public static double RuPerSale(CostModel model, int batch) => model.SaleRu + (model.StockPatchRu / batch);

    /// <summary>Sales a second of one product in batches of so many, beside reads of the same product.</summary>
    public static double SalesPerSecond(CostModel model, int batch, double readsPerSale = 0, double? ruPerSecond = null) =>
        (ruPerSecond ?? model.Limits.PartitionRuPerSecond) / (RuPerSale(model, batch) + (readsPerSale * model.RequestUnits.Read));
}
