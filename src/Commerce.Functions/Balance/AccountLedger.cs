using Commerce.Functions.Ledger;
using Commerce.Shared.Balance;

namespace Commerce.Functions.Balance;

/// <summary>The balances of users, and what changes with them: entries, orders, carts.</summary>
public sealed class AccountLedger(AccountLedgerStore store, LedgerOptions options, TimeProvider time)
    : LedgerWriter<Account, AccountCommand, AccountRecord>(new AccountRules(), store, options, time);
