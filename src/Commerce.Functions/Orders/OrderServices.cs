using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

internal static class OrderServices
{
    public static IServiceCollection AddOrders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OrderOptions>().Bind(configuration.GetSection(OrderOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<OrderOptions>, OrderOptionsValidator>()
            .AddSingleton<OrderStore>()
            .AddSingleton<OrderSearch>()
            .AddSingleton<OrderSteps>()
            .AddSingleton<InFlightOrders>()
            .AddSingleton<OrderOrchestrations>()
            .AddSingleton<OrderPlacement>()
            .AddSingleton<OrderCancellation>()
            .AddSingleton<CancellationStore>()
            .AddSingleton<StockReserver>()
            .AddSingleton<OrderSweeper>();
    }

    private sealed class OrderOptionsValidator : IValidateOptions<OrderOptions>
    {
        public ValidateOptionsResult Validate(string? name, OrderOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
