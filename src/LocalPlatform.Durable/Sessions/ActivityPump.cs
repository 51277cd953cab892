using System.Collections.Concurrent;
using LocalPlatform.Durable.Protocol;

namespace LocalPlatform.Durable.Sessions;

/// <summary>An activity call that is committed and wants to be made.</summary>
internal sealed record ActivityCall(long InstanceKey, string InstanceId, int TaskId, string Name, string? Input, string? TraceParent);

/// <summary>
/// Has activities run and hands their outcomes back. A call that is under way in this process is not begun a second time, however often
/// its orchestration is loaded again; after a crash it is, so activities run at least once.
/// </summary>
internal sealed class ActivityPump
{
    private readonly IDurableFunctions _functions;
    private readonly TimeProvider _time;
    private readonly Action<long, P.HistoryEvent> _answer;
    private readonly WorkLimiter<ActivityCall> _limiter;
    private readonly ConcurrentDictionary<(long, int), ActivityCall> _underWay = new();
    private readonly CancellationToken _stopping;

    /// <summary>Once <paramref name="stopping"/> is cancelled, so are the calls that run.</summary>
    public ActivityPump(
        IDurableFunctions functions, int concurrencyMax, TimeProvider time, Action<long, P.HistoryEvent> answer, CancellationToken stopping)
    {
        _functions = functions;
        _time = time;
        _answer = answer;
        _stopping = stopping;
        _limiter = new WorkLimiter<ActivityCall>(concurrencyMax, RunAsync);
    }

    /// <summary>Calls that wait for a place.</summary>
    public int QueueLength => _limiter.QueueLength;

    /// <summary>Calls that run or wait, or whose answer is being posted.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Whether a call is under way. When it no longer is, its answer has been posted.</summary>
    public bool IsUnderWay(long instanceKey, int taskId) => _underWay.ContainsKey((instanceKey, taskId));

    /// <summary>
    /// Makes a call. One of that number may still be on its way out: its answer is posted, and by that its execution restarted as new.
    /// </summary>
    public void Enqueue(ActivityCall call)
    {
        _underWay[(call.InstanceKey, call.TaskId)] = call;
        _limiter.Enqueue(call);
    }

    /// <summary>
    /// Begins nothing more and completes when what runs has ended. What has no outcome is in the history and is taken up by the next
    /// start.
    /// </summary>
    public Task CloseAsync() => _limiter.CloseAsync();

    private async ValueTask RunAsync(ActivityCall call)
    {
        if (await CallAsync(call) is { } outcome)
            _answer(call.InstanceKey, HistoryEvents.Answered(_time.GetUtcNow().UtcDateTime, call.TaskId, outcome));
        // Only now: whoever loads the orchestration meanwhile finds the call under way, or then its answer in the mailbox.
        _underWay.TryRemove(KeyValuePair.Create((call.InstanceKey, call.TaskId), call));
    }

    private async Task<ActivityOutcome?> CallAsync(ActivityCall call)
    {
        if (!_functions.HasActivity(call.Name))
            return new ActivityOutcome(null, Failures.NoActivity(call.Name));
        try
        {
            return await _functions.RunActivityAsync(call.Name, call.InstanceId, Unwrap(call.Input), call.TraceParent, _stopping);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
#pragma warning disable CA1031 // A call that cannot be made fails; else its orchestration would wait for ever.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new ActivityOutcome(null, Failures.From(failure));
        }
    }

    /// <summary>The input crosses the protocol as an array of one; null stands for none.</summary>
    private static string? Unwrap(string? input) =>
        input is ['[', .., ']'] && input[1..^1] is var unwrapped && unwrapped != "null" ? unwrapped : null;
}
