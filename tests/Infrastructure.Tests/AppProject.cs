using System.Diagnostics;

namespace Infrastructure.Tests;

/// <summary>The app's project file, as a build sees it.</summary>
internal static class AppProject
{
    /// <summary>What MSBuild prints of it.</summary>
    /// <param name="arguments">What it is asked for, such as <c>-getProperty:HostJson</c>.</param>
    /// <param name="environment">Changes the environment that the build is run in.</param>
    public static async Task<string> EvaluateAsync(string[] arguments, Action<IDictionary<string, string?>>? environment = null)
    {
        var start = new ProcessStartInfo(Metadata.DotNet, ["msbuild", Metadata.PathOf("src/Commerce.Functions"), .. arguments])
        {
            WorkingDirectory = Metadata.Root,
            RedirectStandardOutput = true,
        };
        environment?.Invoke(start.Environment);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
