using Commerce.Scale.Cli;
using Spectre.Console;

namespace Commerce.Scale.Tests;

/// <summary>Runs the tool as the command line does.</summary>
internal static class ScaleRun
{
    public static (int ExitCode, string Output) Invoke(params IReadOnlyList<string> arguments)
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 300;
        var code = ScaleProgram.Run(arguments, console);
        return (code, output.ToString());
    }
}
