using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Balance;

internal static class BalanceServices
{
    public static IServiceCollection AddBalance(this IServiceCollection services) => services
        .AddSingleton<AccountLedger>()
        .AddSingleton<AccountReader>();
}
