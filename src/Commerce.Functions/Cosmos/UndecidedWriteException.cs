using Commerce.Shared;

namespace Commerce.Functions.Cosmos;

/// <summary>A write that has to be made was not decided, or nobody can tell whether it was made; whoever asked for it repeats it.</summary>
#pragma warning disable CA1032 // It always has a failure.
public sealed class UndecidedWriteException(Failure failure) : Exception($"{failure.Code}: {failure.Detail}");
#pragma warning restore CA1032
