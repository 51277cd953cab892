using LocalPlatform.Durable.Store;
using Microsoft.Data.Sqlite;

namespace LocalPlatform.Durable.Sessions;

/// <summary>
/// Fires durable timers. Only those due soon are in memory: a window of the stored ones, moved forward as it is used up, so that a
/// hundred thousand waiting orchestrations cost nothing until their time comes. A timer may fire twice; the orchestration drops the
/// second.
/// </summary>
internal sealed class TimerPump : IDisposable
{
    private const int WindowTimersMax = 1_000;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WindowLength = TimeSpan.FromMinutes(5);

    private readonly DurableStore _store;
    private readonly TimeProvider _time;
    private readonly Action<StoredTimer> _fire;
    private readonly PriorityQueue<StoredTimer, StoredTimer> _window = new();
    private readonly Lock _gate = new();
    private readonly ITimer _alarm;
    private StoredTimer _loadedUpTo;
    private bool _running;

    public TimerPump(DurableStore store, TimeProvider time, Action<StoredTimer> fire)
    {
        _store = store;
        _time = time;
        _fire = fire;
        _alarm = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        lock (_gate)
            _running = true;
        Run();
    }

    public void Stop()
    {
        lock (_gate)
            _running = false;
    }

    /// <summary>Takes note of timers that have just been committed.</summary>
    public void Add(StoredTimer timer)
    {
        lock (_gate)
        {
            // Beyond the window it will be read from the store, where it is already.
            if (!_running || timer.CompareTo(_loadedUpTo) > 0)
                return;
            _window.Enqueue(timer, timer);
            if (_window.Peek() == timer)
                SetAlarm();
        }
    }

    public void Dispose()
    {
        Stop();
        _alarm.Dispose();
    }

    private void Run()
    {
        var due = new List<StoredTimer>();
        lock (_gate)
        {
            if (!_running)
                return;
            var now = _time.GetUtcNow().UtcDateTime;
            // Reading under the lock: a timer committed meanwhile is either read here or seen by Add as inside the window.
            if (_window.Count == 0 && !TryLoadWindow(now))
            {
                _alarm.Change(RetryDelay, Timeout.InfiniteTimeSpan);
                return;
            }
            while (_window.TryPeek(out var timer, out _) && timer.FireAt <= now)
                due.Add(_window.Dequeue());
            SetAlarm();
        }
        foreach (var timer in due)
            _fire(timer);
    }

    private bool TryLoadWindow(DateTime now)
    {
        var windowEnd = now + WindowLength;
        List<StoredTimer> timers;
        try
        {
            timers = _store.ReadTimers(_loadedUpTo, windowEnd, WindowTimersMax);
        }
        catch (SqliteException)
        {
            return false; // The alarm calls back here, on a thread that nobody could be told on; the next attempt may succeed.
        }
        foreach (var timer in timers)
            _window.Enqueue(timer, timer);
        _loadedUpTo = timers.Count == WindowTimersMax ? timers[^1] : new StoredTimer(windowEnd, long.MaxValue, int.MaxValue);
        return true;
    }

    private void SetAlarm()
    {
        var next = _window.TryPeek(out var timer, out _) ? timer.FireAt : _loadedUpTo.FireAt;
        TimeSpan wait;
        do
        {
            wait = next - _time.GetUtcNow().UtcDateTime;
            // A millisecond more: a timer that rings early would find nothing due and be set again.
            _alarm.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        // A clock that jumps between the look and the setting would have it ring as much later.
        while (wait > TimeSpan.Zero && _time.GetUtcNow().UtcDateTime >= next);
    }
}
