using Commerce.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Orders;

internal static class OrderServices
{
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        return services
            .AddCheckedOptions<OrderOptions>(configuration, OrderOptions.Section)
            .AddSingleton<OrderStore>()
            .AddSingleton<OrderSearch>()
            .AddSingleton<InFlightOrders>()
            .AddSingleton<OrderOrchestrations>()
            .AddSingleton<OrderPlacement>()
            .AddSingleton<OrderCancellation>()
            .AddSingleton<CancellationStore>()
            .AddSingleton<StockReserver>()
            .AddSingleton<OrderSweeper>();
    }
}
