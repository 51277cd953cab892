using Commerce.Shared;

namespace Commerce.Functions.Cosmos;

/// <summary>Names of writes, as documents keep them (<see cref="Revisions"/>): random, so that writers tell their own apart.</summary>
internal static class WriteName
{
    // 48 random bits tell the last writes of one document apart.
    private const int Length = 12;

    public static string Create() => Guid.NewGuid().ToString("N")[..Length];
}
