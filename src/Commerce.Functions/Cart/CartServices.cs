using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Cart;

internal static class CartServices
{
    public static IServiceCollection AddCart(this IServiceCollection services) => services
        .AddSingleton<CartWriter>()
        .AddSingleton<CartViewer>();
}
