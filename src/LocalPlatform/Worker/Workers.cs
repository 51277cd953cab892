using Grpc.Core;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>
/// The worker in the host's own process, and those in processes of their own. Runs go to the workers of their function's group in turn.
/// </summary>
internal sealed class Workers(WorkerGroups groups, Func<string, WorkerConnection> connect) : IDisposable
{
    /// <summary>The id of the worker in the host's own process.</summary>
    public const string LocalId = "local";

    private readonly Dictionary<string, Group> _groups = groups.Counts.ToDictionary(group => group.Key, group => new Group(group.Value));

    public WorkerConnection Local { get; } = connect(LocalId);

    /// <summary>All that can be asked to run something now.</summary>
    public IEnumerable<WorkerConnection> Ready => [Local, .. _groups.Values.SelectMany(group => group.Ready)];

    /// <summary>The worker whose turn it is to run a function; waits while there is none.</summary>
    public ValueTask<WorkerConnection> NextAsync(WorkerFunction function, CancellationToken ct) =>
        _groups.Count > 0 && _groups.TryGetValue(WorkerGroups.Of(function.Trigger), out var group) ? group.NextAsync(ct) : new(Local);

    /// <summary>Completes when all workers are there that there should be.</summary>
    public Task CompleteAsync(CancellationToken ct) => Task.WhenAll(_groups.Values.Select(group => group.Complete)).WaitAsync(ct);

    /// <summary>Serves a worker that has connected, until it is gone.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is to be no worker of that id.</exception>
    public async Task ServeAsync(
        string id, IAsyncStreamReader<StreamingMessage> received, IServerStreamWriter<StreamingMessage> sent, CancellationToken ct)
    {
        if (id == LocalId)
            await Local.ServeAsync(received, sent, ct);
        else if (_groups.TryGetValue(WorkerGroups.Of(id), out var group))
            await ServeAsync(group, id, received, sent, ct);
        else
            throw new Grpc.Core.RpcException(new Status(StatusCode.InvalidArgument, $"There is no worker '{id}' here."));
    }

    /// <summary>Asks for the end of all that runs anywhere.</summary>
    public void CancelAll()
    {
        foreach (var worker in Ready)
            worker.Invocations.CancelAll();
    }

    public void Dispose() => Local.Dispose();

    private async Task ServeAsync(
        Group group, string id, IAsyncStreamReader<StreamingMessage> received, IServerStreamWriter<StreamingMessage> sent,
            CancellationToken ct)
    {
        using var worker = connect(id);
        var served = worker.ServeAsync(received, sent, ct);
        try
        {
            if (await Task.WhenAny(worker.Loaded, served) == worker.Loaded)
            {
                await worker.Loaded;
                group.Add(worker);
            }
            await served;
        }
        finally
        {
            group.Remove(worker);
        }
    }

    private sealed class Group(int count)
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private List<WorkerConnection> _ready = [];
        private TaskCompletionSource _some = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private uint _turns;

        public IReadOnlyList<WorkerConnection> Ready => Volatile.Read(ref _ready);

        public Task Complete => _complete.Task;

        public async ValueTask<WorkerConnection> NextAsync(CancellationToken ct)
        {
            while (true)
            {
                Task some;
                lock (_lock)
                {
                    if (_ready.Count > 0)
                        return _ready[(int)(_turns++ % (uint)_ready.Count)];
                    some = _some.Task;
                }
                await some.WaitAsync(ct);
            }
        }

        public void Add(WorkerConnection worker)
        {
            lock (_lock)
            {
                _ready = [.. _ready, worker];
                _some.TrySetResult();
                if (_ready.Count == count)
                    _complete.TrySetResult();
            }
        }

        public void Remove(WorkerConnection worker)
        {
            lock (_lock)
            {
                _ready = [.. _ready.Where(other => other != worker)];
                if (_ready.Count == 0 && _some.Task.IsCompleted)
                    _some = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
