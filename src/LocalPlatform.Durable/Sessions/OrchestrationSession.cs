using LocalPlatform.Durable.History;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// A live instance: its mailbox and its orchestrator with all awaiting tasks. Turns are taken one after another, each on what had
/// arrived until then, and each is committed before its consequences are let out.
/// </summary>
internal sealed class OrchestrationSession
{
    private readonly DurableRuntime _runtime;
    private readonly InstanceDriver _driver;
    private readonly TaskCompletionSource<bool>? _birth;
    private readonly Lock _gate = new();
    private List<HistoryEvent> _mailbox = [];
    private bool _hasNews;
    private State _state;

    /// <summary>A session of a stored instance, or of one that its first turn is to store.</summary>
    public OrchestrationSession(long key, StoredInstance? newborn, DurableRuntime runtime)
    {
        Key = key;
        _runtime = runtime;
        // The foreign thread has no event to deliver; a turn without events finds out what it did.
        _driver = new InstanceDriver(key, newborn, runtime, HasAnswer, () => TryPost(null), OnCommitted);
        BornAs = newborn?.Id;
        if (newborn is not null)
            _birth = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Place = new LinkedListNode<OrchestrationSession>(this);
    }

    private enum State
    {
        Idle,
        Queued,
        Running,
        Closed,
    }

    public long Key { get; }

    /// <summary>The id of an instance begun here; null for one that was read from the store.</summary>
    public string? BornAs { get; }

    /// <summary>The state after the last committed turn; null before the first.</summary>
    public StoredInstance? Instance => _driver.Instance;

    /// <summary>Completes with the first commit of a new instance: false when one of its id has not ended.</summary>
    public Task<bool> Birth => _birth!.Task;

    /// <summary>Its place in the order of last use. Belongs to the session table.</summary>
    public LinkedListNode<OrchestrationSession> Place { get; }

    /// <summary>Delivers an event, or with null the news that there is something to look at. False when the session is closed.</summary>
    public bool TryPost(HistoryEvent? posted)
    {
        lock (_gate)
        {
            if (_state == State.Closed)
                return false;
            if (posted is null)
                _hasNews = true;
            else
                _mailbox.Add(posted);
            if (_state != State.Idle)
                return true;
            _state = State.Queued;
        }
        _runtime.Schedule(this);
        return true;
    }

    /// <summary>Closes a session that has nothing to do, so that its memory can go; false when it has.</summary>
    public bool TryClose()
    {
        lock (_gate)
        {
            if (_state == State.Idle)
                _state = State.Closed;
            return _state == State.Closed;
        }
    }

    /// <summary>Takes a turn and begins its commit, without waiting for that. Called by the scheduler only.</summary>
    public void Run()
    {
        var (posted, hasNews) = TakeMailbox();
        try
        {
            if (_driver.TakeTurn(posted, hasNews) is { } commit)
                _runtime.Store.Commit(commit);
            else
                Finish();
        }
#pragma warning disable CA1031 // The store failed, or the engine itself; the instance must not be lost by it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Abandon(failure);
        }
    }

    private void OnCommitted(StepCommit commit, Exception? failure)
    {
        if (failure is not null)
        {
            Abandon(failure);
            return;
        }
        try
        {
            _runtime.TurnCommitted?.Invoke();
            _driver.Settle(commit);
        }
#pragma warning disable CA1031 // As above. What was not let out is found again in the store.
        catch (Exception unsettled)
#pragma warning restore CA1031
        {
            _birth?.TrySetResult(true);
            Abandon(unsettled);
            return;
        }
        _birth?.TrySetResult(!commit.IsRefused);
        Finish();
    }

    private bool HasAnswer(int taskId)
    {
        lock (_gate)
            return _mailbox.Any(posted => posted.TaskId == taskId);
    }

    private (List<HistoryEvent> Posted, bool HasNews) TakeMailbox()
    {
        lock (_gate)
        {
            _state = State.Running;
            var taken = (_mailbox, _hasNews);
            _mailbox = [];
            _hasNews = false;
            return taken;
        }
    }

    private void Finish()
    {
        bool hasMore;
        lock (_gate)
        {
            hasMore = !_driver.HasEnded && (_mailbox.Count > 0 || _hasNews);
            _state = _driver.HasEnded ? State.Closed : hasMore ? State.Queued : State.Idle;
        }
        if (hasMore)
            _runtime.Schedule(this);
        else if (_driver.HasEnded)
            _runtime.Sessions.Remove(this);
        else
            _runtime.Sessions.Touch(this);
    }

    /// <summary>Forgets what memory holds; the instance starts over from the store, where its last committed turn is.</summary>
    private void Abandon(Exception failure)
    {
        lock (_gate)
            _state = State.Closed;
        _runtime.Sessions.Remove(this);
        if (_birth?.TrySetException(failure) != true)
            _runtime.ReviveLater(Key, failure);
    }
}
