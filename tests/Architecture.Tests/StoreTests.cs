namespace Architecture.Tests;

/// <summary>
/// Whoever writes to the store does it in one of the ways that <c>Cosmos/GuardedWrites</c> has: guarded, retried, bounded.
/// </summary>
public sealed class StoreTests
{
    private static readonly string[] Verbs = ["Create", "Replace", "Upsert", "Patch", "Delete", "ReadMany", "GetFeedRanges"];

    [Fact]
    public void Nobody_but_the_guarded_writes_writes_to_a_container()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        Assemblies.AssertNone(
            from type in module.Types
            where type.Namespace != "Commerce.Functions.Cosmos"
            from member in Assemblies.MembersUsedBy(type)
            where member.DeclaringType.FullName == "Microsoft.Azure.Cosmos.Container"
                && Array.Exists(Verbs, verb => member.Name.StartsWith(verb, StringComparison.Ordinal))
            select $"{type.FullName} calls {member.Name}");
    }
}
