using System.Text.Json.Nodes;
using Commerce.Load.Cli;
using Commerce.Load.Tests.Fakes;
using Spectre.Console;

namespace Commerce.Load.Tests;

/// <summary>The driver's command line, against a fake shop and with a folder of the test's own.</summary>
public abstract class DriverTests : IAsyncLifetime
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("load-tests-").FullName;

    /// <summary>Where a command that is told to leaves its report.</summary>
    protected string ReportFile => Path.Combine(Folder, "report.json");

    private protected FakeShop Shop { get; set; } = null!;

    public async ValueTask InitializeAsync() => Shop = await FakeShop.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Shop.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs a command and reads <see cref="ReportFile"/>; an empty object when there is none.</summary>
    protected async Task<(int ExitCode, string Output, JsonNode Report)> InvokeAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output)
        });
        console.Profile.Width = 300;
        var code = await DriverProgram.RunAsync(arguments, console, TimeProvider.System);
        return (code, output.ToString(), File.Exists(ReportFile) ? JsonNode.Parse(await File.ReadAllTextAsync(ReportFile))!
            : new JsonObject());
    }
}
