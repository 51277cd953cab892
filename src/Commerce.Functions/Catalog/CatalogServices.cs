using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Catalog;

internal static class CatalogServices
{
    public static IServiceCollection AddCatalog(this IServiceCollection services) => services
        .AddSingleton<StockLedger>()
        .AddSingleton<ProductReader>()
        .AddSingleton<ShownStock>()
        .AddSingleton<StockTransfers>()
        .AddSingleton<StockShards>()
        .AddSingleton<ShardPrices>()
        .AddSingleton<ShardSwitch>()
        .AddSingleton<ShardUpkeep>()
        .AddSingleton<CatalogWriter>()
        .AddSingleton<CatalogImport>();
}
