using Commerce.Functions.Ledger;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Catalog;

internal static class CatalogServices
{
    public static IServiceCollection AddCatalog(this IServiceCollection services) => services
        .AddSingleton<ILedgerRules<Product, StockCommand, StockMovement>, StockRules>()
        .AddSingleton<LedgerStore<Product, StockMovement>, StockLedgerStore>()
        .AddSingleton<LedgerWriter<Product, StockCommand, StockMovement>>()
        .AddSingleton<ProductReader>()
        .AddSingleton<CatalogWriter>()
        .AddSingleton<CatalogImport>();
}
