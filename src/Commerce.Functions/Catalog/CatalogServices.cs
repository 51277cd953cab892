using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Catalog;

internal static class CatalogServices
{
    public static IServiceCollection AddCatalog(this IServiceCollection services) => services
        .AddSingleton<StockLedger>()
        .AddSingleton<ProductReader>()
        .AddSingleton<CatalogWriter>()
        .AddSingleton<CatalogImport>();
}
