using Commerce.Shared;

namespace Commerce.Functions.Ledger;

/// <summary>A command that has to be carried out was not decided; the one who asked for it repeats it.</summary>
#pragma warning disable CA1032 // It always has a failure.
public sealed class LedgerUnavailableException(Failure failure) : Exception($"{failure.Code}: {failure.Detail}");
#pragma warning restore CA1032
