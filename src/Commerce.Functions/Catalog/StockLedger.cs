using Commerce.Functions.Ledger;
using Commerce.Shared.Catalog;

namespace Commerce.Functions.Catalog;

/// <summary>The stock of products, and what moves it.</summary>
public sealed class StockLedger(StockLedgerStore store, LedgerOptions options, TimeProvider time)
    : LedgerWriter<Product, StockCommand, StockMovement>(new StockRules(), store, options, time);
