using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Infrastructure.Tests;

/// <summary>The Bicep CLI from its NuGet package, run on the repository's templates.</summary>
internal static class BicepCli
{
    private static readonly Lazy<Task<JsonObject>> Compiled = new(async () =>
    {
        var run = await RunAsync("build", "main.bicep", "--stdout");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        return JsonNode.Parse(run.Output)!.AsObject();
    });

    public static string Folder { get; } = Path.Combine(Metadata.Root, "infra", "bicep");

    /// <summary>The compiled template; compiled once for all tests.</summary>
    public static Task<JsonObject> TemplateAsync() => Compiled.Value;

    public static async Task<BicepRun> RunAsync(params string[] arguments) => await RunAsync([], arguments);

    public static async Task<BicepRun> RunAsync(Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Metadata.BicepPath)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new BicepRun(process.ExitCode, await output, (await errors).Trim());
    }
}

internal sealed record BicepRun(int ExitCode, string Output, string Errors);
