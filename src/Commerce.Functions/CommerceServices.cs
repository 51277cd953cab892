using Commerce.Functions.ApiDocs;
using Commerce.Functions.Audit;
using Commerce.Functions.Balance;
using Commerce.Functions.Cart;
using Commerce.Functions.Catalog;
using Commerce.Functions.Console;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Delivery;
using Commerce.Functions.Health;
using Commerce.Functions.Ledger;
using Commerce.Functions.Metrics;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions;

/// <summary>All that the shop is made of, whoever hosts it: the worker, a test or a benchmark.</summary>
public static class CommerceServices
{
    public static IServiceCollection AddCommerce(this IServiceCollection services, IConfiguration configuration) => services
        .AddCommerceDatabase()
        .AddLedgers()
        .AddBalance()
        .AddCatalog()
        .AddCart()
        .AddOrders(configuration)
        .AddRanking(configuration)
        .AddDelivery(configuration)
        .AddAudit(configuration)
        .AddSingleton<StoreProbe>()
        .AddSingleton<OrderMetrics>()
        .AddConsole(configuration)
        .AddSingleton<ServedApiDocument>();
}
