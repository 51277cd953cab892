using System.Diagnostics;

namespace Commerce.Testing;

/// <summary>
/// This test program run a second time in a role of its own, so that a test can kill it, or see it end. A role that is to be killed prints
/// a line for each fact that the store has acknowledged. The roles are listed in the test project's <c>ChildRoles</c>.
/// </summary>
internal static class ChildProcess
{
    private const string RoleVariable = "LOCALPLATFORM_TESTS_ROLE";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Takes the role that the environment gives; its end is that of the process.</summary>
    internal static void TakeRole()
    {
        var (role, file) = Environment.GetEnvironmentVariable(RoleVariable)!.Split('|') is [var first, var second] ? (first, second)
            : default;
        // The parent holds the other end of standard input: when it goes, however it goes, so does the child.
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(1);
        });
        // On a thread of its own, so that what a role throws is unhandled just as it is in a program.
        var thread = new Thread(() => ChildRoles.All[role](file).GetAwaiter().GetResult());
        thread.Start();
        thread.Join();
        Environment.Exit(0);
    }

    /// <summary>How to start a role on a file or folder. Its standard input has to stay open: the child ends with it.</summary>
    public static ProcessStartInfo Start(string role, string file) =>
        new(Path.ChangeExtension(typeof(ChildProcess).Assembly.Location, null))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment =
        {
            [RoleVariable] = $"{role}|{file}",
            ["DOTNET_STARTUP_HOOKS"] = typeof(ChildProcess).Assembly.Location,
            // It does not live long enough to gain by code that is guarded, or compiled again once it is found to be hot.
            ["DOTNET_EnableWriteXorExecute"] = "0",
            ["DOTNET_TC_CallCounting"] = "0",
            // Killed, it would leave the sockets of a debugger behind.
            ["DOTNET_EnableDiagnostics"] = "0",
        },
        };

    /// <summary>Runs a role on a file until it has printed so many lines, then kills it (SIGKILL); the lines that got out.</summary>
    public static async Task<List<string>> RunAndKillAsync(string role, string file, int lines)
    {
        using var process = Process.Start(Start(role, file))!;
        using var deadline = new CancellationTokenSource(Deadline);
        var seen = new List<string>();
        try
        {
            while (seen.Count < lines && await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
                seen.Add(line);
        }
        finally
        {
            process.Kill();
        }
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } late)
            seen.Add(late);
        await process.WaitForExitAsync(deadline.Token);
        return seen;
    }
}
