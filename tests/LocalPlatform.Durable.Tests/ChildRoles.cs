using LocalPlatform.Durable.Tests;

namespace Commerce.Testing;

/// <summary>What this test program can be as a child process.</summary>
internal static class ChildRoles
{
    public static IReadOnlyDictionary<string, Func<string, Task>> All { get; } = new Dictionary<string, Func<string, Task>>
    {
        ["run orchestrations"] = KillTests.RunOrchestrationsAsync,
    };
}
