using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Tour;

/// <summary>The README's console blocks, run in their order against a fresh store and compared with what they show.</summary>
public partial class TourTests
{
    private const string Address = "http://127.0.0.1:7071";
    private const string Driver = "dotnet run -c Release --project tools/Commerce.Load --";

    private static readonly Dictionary<string, string> Metadata = typeof(TourTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(metadata => metadata.Key, metadata => metadata.Value!);

    private static readonly string Readme = File.ReadAllText(Path.Combine(Metadata["RootPath"], "README.md"));

    [Fact]
    public async Task The_readme_shows_what_is_so()
    {
        using var folder = new TemporaryFolder();
        await using var shop = await ShopProcess.StartAsync(folder.Path, ("LocalPlatform:Seed", "true"));
        var address = shop.Address.ToString().TrimEnd('/');
        await Eventually.HoldsAsync(() => shop.Output.Contains("Empty store", StringComparison.Ordinal));
        var printed = ProcessNumber().Replace(shop.Output, "Process 4711")
            .Replace(address, Address, StringComparison.Ordinal).Replace(folder.Path, ".local", StringComparison.Ordinal);
        AssertAsShown("the start", Tour.Start(Readme), printed[printed.IndexOf("  PostOrder", StringComparison.Ordinal)..]);

        var variables = "";
        foreach (var step in Tour.Steps(Readme))
        {
            var command = step.Command.Replace(Driver, $"dotnet '{Metadata["DriverPath"]}'", StringComparison.Ordinal);
            if (command != step.Command)
                command += $" --url {Address}";
            command = command.Replace(Address, address, StringComparison.Ordinal);
            if (step.SetsVariable)
            {
                variables += $"{command}\n";
                continue;
            }
            Task<string> AskAsync() => RunAsync(variables + command);
            AssertAsShown(step.Command, step.Shown, step.IsRead
                ? await Eventually.Async(AskAsync, output => Tour.IsAsShown(step.Shown, output), step.Command)
                : await AskAsync());
        }
    }

    [Theory]
    [InlineData("{\"a\":1,", " \"b\":[...]}", "{\"a\":1,\"b\":[2,3]}", true)]
    [InlineData("{\"at\":\"2026-11-23T10:21:15.0173864Z\"}", "", "{\"at\":\"2027-01-02T03:04:05.6Z\"}", true)]
    [InlineData("{\"a\":1}", "", "{\"a\":2}", false)]
    [InlineData("{\"a\":1}", "", "{\"a\":1} and more", false)]
    public void What_differs_by_its_nature_is_all_that_may_differ(string first, string second, string output, bool isAsShown) =>
        Assert.Equal(isAsShown, Tour.IsAsShown([first, second], output));

    private static void AssertAsShown(string what, IEnumerable<string> shown, string output) =>
        Assert.True(Tour.IsAsShown(shown, output), $"{what}\nThe README shows:\n{string.Join('\n', shown)}\nIt is:\n{output}");

    private static async Task<string> RunAsync(string script)
    {
        var ct = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("bash", ["-euc", script])
        {
            WorkingDirectory = Metadata["RootPath"],
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var problems = shell.StandardError.ReadToEndAsync(ct);
        var output = await shell.StandardOutput.ReadToEndAsync(ct);
        await shell.WaitForExitAsync(ct);
        Assert.True(shell.ExitCode == 0, $"{script}\n{output}\n{await problems}");
        return output;
    }

    [GeneratedRegex(@"Process \d+")]
    private static partial Regex ProcessNumber();
}
