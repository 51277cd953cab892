using System.CommandLine;
using Commerce.Scale.Cli;
using Spectre.Console;

if (!AnsiConsole.Profile.Out.IsTerminal)
{
    // A file or a pipe has no width; 80 columns would fold the tables.
    AnsiConsole.Profile.Width = 240;
}
return ScaleProgram.Run(args, AnsiConsole.Console);

namespace Commerce.Scale.Cli
{
    /// <summary>Runs a command line and turns what can go wrong into a sentence and an exit code.</summary>
    internal static class ScaleProgram
    {
        public static int Run(IReadOnlyList<string> args, IAnsiConsole console)
        {
            try
            {
                var configuration = new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    Output = console.Profile.Out.Writer,
                    Error = console.Profile.Out.Writer,
                };
                var parsed = RootCommandFactory.Create(console).Parse(args);
                var code = parsed.Invoke(configuration);
                return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
            }
            catch (Model.InputException exception)
            {
                return Fail(console, exception.Message, ExitCode.BadInput);
            }
            catch (FlashSale.OversoldException exception)
            {
                return Fail(console, exception.Message, ExitCode.DidNotHold);
            }
        }

        private static int Fail(IAnsiConsole console, string message, int code)
        {
            console.MarkupLineInterpolated($"[red]{message}[/]");
            return code;
        }
    }
}
