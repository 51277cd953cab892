using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// A live instance: its mailbox and its history. Turns are taken one after another, each on what had arrived until then, and each is
/// committed before its consequences are let out.
/// </summary>
internal sealed class OrchestrationSession
{
    private readonly DurableRuntime _runtime;
    private readonly InstanceDriver _driver;
    private readonly TaskCompletionSource<bool?>? _birth;
    private readonly Lock _gate = new();
    private List<P.HistoryEvent> _mailbox = [];
    private List<P.HistoryEvent> _taken = [];
    private bool _hasNews;
    private State _state;

    /// <summary>A session of a stored instance, or of one that its first turn is to store.</summary>
    public OrchestrationSession(long key, StoredInstance? newborn, DurableRuntime runtime)
    {
        Key = key;
        _runtime = runtime;
        _driver = new InstanceDriver(key, newborn, runtime, HasAnswer, OnCommitted);
        BornAs = newborn?.Id;
        if (newborn is not null)
            _birth = new TaskCompletionSource<bool?>(TaskCreationOptions.RunContinuationsAsynchronously);
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

    /// <summary>
    /// Completes with the first commit of a new instance: false when one of its id has not ended, null when it could not be stored with
    /// its first turn and is unknown here again.
    /// </summary>
    public Task<bool?> Birth => _birth!.Task;

    /// <summary>Its place in the order of last use, and its size there. Belong to the session table.</summary>
    public LinkedListNode<OrchestrationSession> Place { get; }

    /// <inheritdoc cref="Place"/>
    public int IdleBytes { get; set; }

    /// <summary>Bytes of history in memory.</summary>
    public int HistoryBytes => _driver.HistoryBytes;

    /// <summary>Delivers an event, or with null the news that there is something to look at. False when the session is closed.</summary>
    public bool TryPost(P.HistoryEvent? posted)
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
    public async ValueTask RunAsync()
    {
        var hasNews = TakeMailbox();
        try
        {
            if (await _driver.TakeTurnAsync(_taken, hasNews) is { } commit)
                _runtime.Store.Commit(commit);
            else
                Finish();
        }
#pragma warning disable CA1031 // The worker is gone or failed, or the store did; the instance must not be lost by it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            TryAgainLater(failure);
        }
    }

    private void OnCommitted(TurnCommit commit, Exception? failure)
    {
        if (failure is not null)
        {
            TryAgainLater(failure);
            return;
        }
        _runtime.TurnCommitted?.Invoke();
        _driver.Settle(commit);
        _birth?.TrySetResult(!commit.IsRefused);
        var taken = _taken;
        Finish();
        if (commit.IsRefused)
            HandOver(taken);
    }

    /// <summary>
    /// What came for an instance that was stored without its first turn, because that took too long, is for a session that reads it: all
    /// but the start that this session began with. That its starter has stored it may have come before the turn, and was taken with it.
    /// </summary>
    private void HandOver(List<P.HistoryEvent> taken)
    {
        List<P.HistoryEvent> left;
        lock (_gate)
            (left, _mailbox) = ([.. taken.Skip(1), .. _mailbox], []);
        foreach (var posted in left)
            _runtime.Deliver(Key, posted);
    }

    private bool HasAnswer(int taskId)
    {
        lock (_gate)
            return _mailbox.Any(posted => (posted.TaskCompleted?.TaskScheduledId ?? posted.TaskFailed?.TaskScheduledId) == taskId);
    }

    private bool TakeMailbox()
    {
        lock (_gate)
        {
            _state = State.Running;
            (_taken, _mailbox) = (_mailbox, []);
            var hasNews = _hasNews;
            _hasNews = false;
            return hasNews;
        }
    }

    private void Finish()
    {
        bool hasMore;
        lock (_gate)
        {
            _taken = [];
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

    /// <summary>
    /// Puts back what was taken, for another turn after a pause. An instance that this turn was to store is given up instead: its
    /// starter knows what to do.
    /// </summary>
    private void TryAgainLater(Exception failure)
    {
        var isUnborn = _birth is { Task.IsCompleted: false };
        lock (_gate)
        {
            if (!isUnborn)
                _mailbox = [.. _taken, .. _mailbox];
            _hasNews = true;
            _state = isUnborn ? State.Closed : State.Queued;
        }
        if (!isUnborn)
        {
            _runtime.ScheduleLater(this, failure);
            return;
        }
        _runtime.Sessions.Remove(this);
        _birth!.TrySetResult(null);
        HandOver(_taken);
    }
}
