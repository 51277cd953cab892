using Commerce.Functions.Ledger;
using Commerce.Shared.Balance;
using Commerce.Shared.Ledger;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Balance;

internal static class BalanceServices
{
    public static IServiceCollection AddBalance(this IServiceCollection services) => services
        .AddSingleton<ILedgerRules<Account, AccountCommand, LedgerEntry>, AccountRules>()
        .AddSingleton<LedgerStore<Account, LedgerEntry>, AccountLedgerStore>()
        .AddSingleton<LedgerWriter<Account, AccountCommand, LedgerEntry>>()
        .AddSingleton<AccountReader>();
}
