namespace LocalPlatform.Durable.Execution;

/// <summary>
/// Runs the code of one orchestrator on one thread at a time, in the order in which continuations become ready, so that a replay
/// takes the same path. It is both what <c>await</c> posts to (synchronization context) and what <c>ContinueWith</c> queues to (task
/// scheduler). Work that arrives from any other thread means that the orchestrator awaits something that no history can replay; it
/// is refused and reported.
/// </summary>
internal sealed class OrchestratorScheduler : TaskScheduler
{
    private readonly Queue<(SendOrPostCallback? Callback, object? State)> _ready = new();
    private readonly PostingContext _context;
    private readonly Action _foreignWorkArrived;
    private int _ownerThreadId;

    /// <param name="foreignWorkArrived">Called, on whatever thread, when a continuation arrives from outside.</param>
    public OrchestratorScheduler(Action foreignWorkArrived)
    {
        _foreignWorkArrived = foreignWorkArrived;
        _context = new PostingContext(this);
    }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Whether the caller is the orchestrator's own code.</summary>
    public bool IsOnOrchestratorThread => Volatile.Read(ref _ownerThreadId) == Environment.CurrentManagedThreadId;

    /// <summary>Reports that orchestrator code was found on a thread that is not its own.</summary>
    public void ReportForeignWork() => _foreignWorkArrived();

    /// <summary>Runs <paramref name="body"/> as orchestrator code. Not to be called by two threads at once.</summary>
    public void Run(Action body)
    {
        var previous = SynchronizationContext.Current;
        Volatile.Write(ref _ownerThreadId, Environment.CurrentManagedThreadId);
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            // As a task of this scheduler, so that TaskScheduler.Current is this one for the code inside.
            var turn = new Task(body);
            turn.RunSynchronously(this);
            turn.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(previous);
            Volatile.Write(ref _ownerThreadId, 0);
        }
    }

    /// <summary>Runs continuations until none is ready. Only inside <see cref="Run"/>.</summary>
    public void RunReadyWork()
    {
        while (_ready.TryDequeue(out var work))
        {
            if (work.Callback is { } callback)
                callback(work.State);
            else
                TryExecuteTask((Task)work.State!);
        }
    }

    protected override void QueueTask(Task task) => Add(null, task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && IsOnOrchestratorThread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Add(SendOrPostCallback? callback, object? state)
    {
        if (IsOnOrchestratorThread)
            _ready.Enqueue((callback, state));
        else
            _foreignWorkArrived();
    }

    private sealed class PostingContext(OrchestratorScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler.Add(d, state);

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new NotSupportedException("Orchestrator code cannot be entered from outside.");

        public override SynchronizationContext CreateCopy() => this;
    }
}
