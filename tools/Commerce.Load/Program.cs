using System.CommandLine;
using System.Globalization;
using Commerce.Load.Cli;
using Commerce.Load.Data;
using Commerce.Load.Http;
using Spectre.Console;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!AnsiConsole.Profile.Out.IsTerminal)
{
    // A file or a pipe has no width; 80 columns would fold the tables.
    AnsiConsole.Profile.Width = 160;
}
return await DriverProgram.RunAsync(args, AnsiConsole.Console, TimeProvider.System);

namespace Commerce.Load.Cli
{
    /// <summary>Runs a command line and turns what can go wrong into a sentence and an exit code.</summary>
    internal static class DriverProgram
    {
        public static async Task<int> RunAsync(string[] args, IAnsiConsole console, TimeProvider time)
        {
            try
            {
                // A run broken off by Ctrl+C may take a moment to end its requests.
                var configuration = new InvocationConfiguration
                {
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TimeSpan.FromSeconds(35),
                    Output = console.Profile.Out.Writer,
                    Error = console.Profile.Out.Writer,
                };
                var parsed = RootCommandFactory.Create(console, time).Parse(args);
                var code = await parsed.InvokeAsync(configuration);
                return parsed.Errors.Count > 0 ? ExitCode.BadInput : code;
            }
            catch (InputException exception)
            {
                return Fail(console, exception.Message, ExitCode.BadInput);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Fail(console, exception.Message, ExitCode.BadInput);
            }
            catch (ShopUnreachableException exception)
            {
                return Fail(console, exception.Message, ExitCode.Unreachable);
            }
            catch (OperationCanceledException)
            {
                return Fail(console, "interrupted", ExitCode.Interrupted);
            }
        }

        private static int Fail(IAnsiConsole console, string message, int code)
        {
            console.MarkupLineInterpolated($"[red]{message}[/]");
            return code;
        }
    }
}
