using LocalPlatform.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LocalPlatform.Hosting;

/// <summary>
/// What keeps the app from starting is printed, a line for each problem, and ends the process with exit code 1, where a stack trace
/// would only hide the message.
/// </summary>
internal static class StartProblem
{
    /// <summary>Explains also what is thrown later in the start, by the app or by the host.</summary>
    public static void ExplainUnhandled() => AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
    {
        if (unhandled.ExceptionObject is Exception failure && Explain(failure) is { } text)
            End(text);
    };

    /// <summary>Takes a step of the start, or explains why it fails and ends the process.</summary>
    public static void OrEnd(Action step)
    {
        try
        {
            step();
        }
        catch (Exception failure) when (Explain(failure) is { } text)
        {
            End(text);
        }
#pragma warning disable CA1031 // The worker swallows what a start-up class throws; a bug must not be silent either.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            End(bug.ToString());
        }
    }

    /// <summary>What a person can do something about; null for everything else.</summary>
    internal static string? Explain(Exception failure) => failure switch
    {
        PlatformStartException or DataDirectoryInUseException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        IOException { InnerException: AddressInUseException } => failure.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };

    private static void End(string text)
    {
        Console.Error.WriteLine(text);
        Environment.Exit(1);
    }
}
