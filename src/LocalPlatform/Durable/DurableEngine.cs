#pragma warning disable CA1822 // The signatures come first, so that the host can be built against them.
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Durable;

/// <summary>Runs the orchestrations of an app on one SQLite file.</summary>
public sealed class DurableEngine : IAsyncDisposable
{
    public DurableEngine(
        string sqlitePath, IDurableFunctions functions, DurableOptions options, TimeProvider time, ILoggerFactory loggerFactory)
    {
    }

    /// <summary>Starts, queries and manages the orchestrations.</summary>
    public DurableTaskClient Client => throw new InvalidOperationException("The engine is not part of this build yet.");

    /// <summary>Takes up the work that the file holds.</summary>
    public Task StartAsync(CancellationToken ct = default) => Task.CompletedTask;

    /// <summary>Stops taking up work and waits for what runs to end or <paramref name="ct"/> to be cancelled.</summary>
    public Task StopAsync(CancellationToken ct = default) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
