using LocalPlatform.Durable.History;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Durable.Store;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable;

/// <summary>
/// Runs the orchestrations of an app on one SQLite file. What a client was told is durable; what was under way when the process ended,
/// however it ended, goes on at the next start.
/// </summary>
public sealed class DurableEngine : IAsyncDisposable
{
    private readonly DurableRuntime _runtime;
    private readonly LocalDurableTaskClient _client;
    private readonly RetentionPolicy _retention;
    private readonly CancellationTokenSource _stopping = new();
    private Task _background = Task.CompletedTask;
    private bool _stopped;

    public DurableEngine(
        string sqlitePath, IDurableFunctions functions, DurableOptions options, TimeProvider time, ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        options.Validate();
        var store = DurableStore.Open(sqlitePath);
        _runtime = new DurableRuntime(store, functions, options, time, loggerFactory);
        _client = new LocalDurableTaskClient(_runtime);
        _retention = new RetentionPolicy(store, options, time, loggerFactory.CreateLogger("LocalPlatform.Durable"));
    }

    /// <summary>Starts, queries and manages the orchestrations. Usable at once; what it starts runs once the engine does.</summary>
    public DurableTaskClient Client => _client;

    internal DurableRuntime Runtime => _runtime;

    /// <summary>The history of an instance, turn by turn; empty when there is none of that id.</summary>
    internal IReadOnlyList<HistoryStep> ReadHistory(string instanceId) =>
        _runtime.Store.ReadInstance(instanceId) is { } found ? _runtime.Store.ReadHistory(found.Key) : [];

    /// <summary>Takes up the work that the file holds, in the background.</summary>
    public Task StartAsync(CancellationToken ct = default)
    {
        _runtime.Start();
        _runtime.Timers.Start();
        _background = Task.WhenAll(
            Task.Run(() => _runtime.RecoverAsync(_runtime.Store.LastKey, _stopping.Token), ct),
            _retention.RunAsync(_stopping.Token));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Begins nothing more and waits for what runs to end; activities still running when <paramref name="ct"/> is cancelled are
    /// cancelled, and run again at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken ct = default)
    {
        if (_stopped)
            return;
        _stopped = true;
        await _stopping.CancelAsync();
        await _background.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _runtime.StopAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _runtime.DisposeAsync();
        _stopping.Dispose();
    }
}
