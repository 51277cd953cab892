using LocalPlatform.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace LocalPlatform.Functions;

/// <summary>
/// The app as a process that a person starts: what keeps it from starting is printed in a line for each problem and ends the process
/// with exit code 1, where a stack trace would only hide the message.
/// </summary>
internal sealed class HostProcess(WebApplication app) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => app.Services;

    /// <summary>Takes a step of the start, or explains why it fails and ends the process.</summary>
    public static T OrExplain<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception failure) when (Explain(failure) is { } text)
        {
            throw End(text, failure);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await app.StartAsync(cancellationToken);
            GiveBackWhatTheStartNeeded();
        }
        catch (Exception failure) when (Explain(failure) is { } text)
        {
            throw End(text, failure);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => app.StopAsync(cancellationToken);

    public void Dispose() => ((IDisposable)app).Dispose();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>What a person can do something about; null for everything else.</summary>
    internal static string? Explain(Exception failure) => failure switch
    {
        FunctionsStartupException or DataDirectoryInUseException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        IOException { InnerException: AddressInUseException } => failure.Message,
        _ => null,
    };

    // An idle app allocates next to nothing, so the first collection by itself, and with it some 20 MB, could be hours away.
    private static void GiveBackWhatTheStartNeeded() =>
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private static Exception End(string text, Exception failure)
    {
        Console.Error.WriteLine(text);
        Environment.Exit(1);
        return failure;
    }
}
