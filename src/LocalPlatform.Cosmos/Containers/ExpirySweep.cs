using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// Removes expired documents in the background, some at a time. Nobody sees them meanwhile: every read looks at the expiry.
/// </summary>
internal sealed class ExpirySweep : IAsyncDisposable
{
    private const int DocumentsPerWrite = 500;

    private readonly DocumentStore _store;
    private readonly ITimer _timer;
    private Task _sweep = Task.CompletedTask;

    public ExpirySweep(DocumentStore store, TimeSpan interval)
    {
        _store = store;
        _timer = store.Time.CreateTimer(_ => Start(), null, interval, interval);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _sweep;
    }

    private void Start()
    {
        if (_sweep.IsCompleted)
            _sweep = SweepAsync();
    }

    private async Task SweepAsync()
    {
        foreach (var container in _store.Catalog.Databases.Values.SelectMany(database => database.Containers.Values))
        {
            try
            {
                await SweepAsync(container);
            }
            catch (ContainerDeletedException)
            {
                // Its documents went with it.
            }
            catch (ObjectDisposedException)
            {
                // The store closes; the next start sweeps on.
                return;
            }
        }
    }

    private async Task SweepAsync(ContainerState container)
    {
        // An idle store stays idle: nothing is written when nothing has expired.
        if (container.Definition.DefaultTtlSeconds is null
            || !_store.Read(container, session => container.Documents.HasExpired(session, _store.NowSeconds())))
            return;
        int Sweep(SqliteSession session) => container.Documents.Sweep(session, _store.NowSeconds(), DocumentsPerWrite);

        while (await _store.WriteAsync(container, Sweep) == DocumentsPerWrite)
        {
        }
    }
}
