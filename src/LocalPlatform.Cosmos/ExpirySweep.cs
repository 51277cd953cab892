using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos;

/// <summary>
/// Removes expired documents in the background, some at a time. Nobody sees them meanwhile: every read looks at the expiry.
/// </summary>
internal sealed class ExpirySweep : IAsyncDisposable
{
    private const int DocumentsPerWrite = 500;

    private readonly CosmosStore _store;
    private readonly ITimer _timer;
    private Task _sweep = Task.CompletedTask;

    public ExpirySweep(CosmosStore store)
    {
        _store = store;
        _timer = store.Time.CreateTimer(_ => Start(), null, store.Options.ExpirySweepInterval, store.Options.ExpirySweepInterval);
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
        try
        {
            foreach (var container in _store.Catalog.Databases.Values.SelectMany(database => database.Containers.Values))
                await SweepAsync(container);
        }
        catch (ObjectDisposedException)
        {
            // The store closes; the next start sweeps on.
        }
    }

    private async Task SweepAsync(ContainerState container)
    {
        if (container.Definition.DefaultTtlSeconds is null || !HasExpired(container))
            return;
        int removed;
        do
        {
            var answer = await _store.WriteAsync(
                container, session => (object)container.Documents.Sweep(session, _store.NowSeconds(), DocumentsPerWrite));
            removed = answer is int count ? count : 0;
        }
        while (removed == DocumentsPerWrite);
    }

    // An idle store stays idle: nothing is written when nothing has expired.
    private bool HasExpired(ContainerState container) => _store.Read(
        container,
        session => (object)session.QueryFirst(
            $"SELECT EXISTS(SELECT 1 FROM docs_{container.Number} WHERE expires <= @0)", row => row.GetBoolean(0), _store.NowSeconds())) is true;
}
