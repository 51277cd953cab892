using LocalPlatform.Durable.Clients;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Durable.Store;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable;

/// <summary>
/// Runs the orchestrations of an app on one SQLite file: it keeps their histories and says when the worker is to run what. What a client
/// was told is durable; what was under way when the process ended, however it ended, goes on at the next start.
/// </summary>
public sealed class DurableEngine : IAsyncDisposable
{
    private readonly RetentionPolicy _retention;
    private readonly CancellationTokenSource _stopping = new();
    private Task _background = Task.CompletedTask;
    private bool _stopped;

    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public DurableEngine(
        string sqlitePath, IDurableFunctions functions, DurableOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        options.Validate();
        var logger = loggers.CreateLogger("LocalPlatform.Durable");
        Runtime = new DurableRuntime(DurableStore.Open(sqlitePath), functions, options, time, logger);
        Hub = new TaskHub(Runtime);
        _retention = new RetentionPolicy(Runtime.Store, options, time, logger);
    }

    /// <summary>What clients can ask for. Usable at once; what it starts runs once the engine does.</summary>
    internal TaskHub Hub { get; }

    internal DurableRuntime Runtime { get; }

    /// <summary>Takes up the work that the file holds, in the background. The worker has to be ready.</summary>
    public Task StartAsync(CancellationToken ct = default)
    {
        Runtime.Start();
        Runtime.Timers.Start();
        _background = Task.WhenAll(
            Task.Run(() => Runtime.RecoverAsync(Runtime.Store.LastKey, _stopping.Token), ct),
            _retention.RunAsync(_stopping.Token));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Begins nothing more and waits for what runs to end; what is still running when <paramref name="ct"/> is cancelled is cancelled,
    /// and runs again at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_stopped)
            return;
        _stopped = true;
        await _stopping.CancelAsync();
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Runtime.StopAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await Runtime.DisposeAsync();
        _stopping.Dispose();
    }
}
