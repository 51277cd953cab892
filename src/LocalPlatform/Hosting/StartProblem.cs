using LocalPlatform.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace LocalPlatform.Hosting;

/// <summary>
/// What keeps the app from starting is printed, a line for each problem, and ends the process with exit code 1. Only a bug is printed
/// with its stack, which would hide the message of anything else.
/// </summary>
internal static class StartProblem
{
    private static int _told;

    /// <summary>Tells also what is thrown later in the start, by the app or by the host.</summary>
    public static void TellUnhandled() =>
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) => End((Exception)unhandled.ExceptionObject);

    /// <summary>Takes a step of the start, or tells why it fails and ends the process.</summary>
    public static void OrEnd(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // The worker swallows what a start-up class throws.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            End(failure);
        }
    }

    /// <summary>What a person can do something about; null for everything else.</summary>
    private static string? Explain(Exception failure) => failure switch
    {
        PlatformStartException or DataDirectoryInUseException or DataUnusableException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        IOException { InnerException: AddressInUseException } => failure.Message,
        // What .NET says of a setting that it cannot read: it names the setting, and what came in its place is not told.
        InvalidOperationException { InnerException: FormatException or ArgumentException or OverflowException } when IsOfSetting(failure) =>
            failure.Message,
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        _ => null,
    };

    private static bool IsOfSetting(Exception failure) =>
        failure.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal);

    private static void End(Exception failure)
    {
        // What falls over the end that is under way is no problem of its own.
        if (Interlocked.Exchange(ref _told, 1) == 0)
            Console.Error.WriteLine(Explain(failure) ?? failure.ToString());
        Environment.Exit(1);
    }
}
