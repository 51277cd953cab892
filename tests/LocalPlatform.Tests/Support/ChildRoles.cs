using LocalPlatform.Tests.Support;

namespace Commerce.Testing;

/// <summary>What this test program can be as a child process.</summary>
internal static class ChildRoles
{
    public static IReadOnlyDictionary<string, Func<string, Task>> All { get; } = ((Func<string, Task>[])
    [
        ChildApps.FineAsync, ChildApps.SpreadAsync, ChildApps.WrongAsync, ChildApps.ThrowingAsync, ChildApps.ThrowingServiceAsync,
            ChildApps.ThrowingTwiceAsync, ChildApps.InvalidAsync,
    ]).ToDictionary(app => app.Method.Name);
}
