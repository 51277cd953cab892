using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Commerce.Functions.Ledger;

internal static class LedgerServices
{
    public static IServiceCollection AddLedgers(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        return services.AddSingleton(new LedgerOptions());
    }
}
