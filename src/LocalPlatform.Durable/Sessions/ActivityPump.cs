using System.Collections.Concurrent;
using System.Diagnostics;
using LocalPlatform.Durable.Execution;
using LocalPlatform.Durable.History;

namespace LocalPlatform.Durable.Sessions;

/// <summary>An activity call that is committed and wants to be made.</summary>
internal sealed record ActivityCall(long InstanceKey, string InstanceId, int TaskId, string Name, string? Input, string? TraceParent);

/// <summary>
/// Runs activities and hands their results back. A call that is under way in this process is not begun a second time, however often
/// its orchestration is loaded again; after a crash it is, so activities run at least once.
/// </summary>
internal sealed class ActivityPump : IDisposable
{
    private static readonly ActivitySource Source = new("LocalPlatform.Durable");

    private readonly IDurableFunctions _functions;
    private readonly Action<long, HistoryEvent> _answer;
    private readonly WorkLimiter<ActivityCall> _limiter;
    private readonly ConcurrentDictionary<(long, int), ActivityCall> _underWay = new();
    private readonly CancellationTokenSource _stopping = new();

    public ActivityPump(IDurableFunctions functions, int concurrencyMax, Action<long, HistoryEvent> answer)
    {
        _functions = functions;
        _answer = answer;
        _limiter = new WorkLimiter<ActivityCall>(concurrencyMax, RunAsync);
    }

    /// <summary>Calls that wait for a place.</summary>
    public int QueueLength => _limiter.QueueLength;

    /// <summary>Calls that run or wait, or whose answer is being posted.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>Whether a call is under way. When it no longer is, its answer has been posted.</summary>
    public bool IsUnderWay(long instanceKey, int taskId) => _underWay.ContainsKey((instanceKey, taskId));

    public void Enqueue(ActivityCall call)
    {
        if (_underWay.TryAdd((call.InstanceKey, call.TaskId), call))
            _limiter.Enqueue(call);
    }

    /// <summary>
    /// Begins nothing more and waits for what runs; once <paramref name="ct"/> is cancelled, so is what runs. What did not end is in
    /// the history and is taken up by the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken ct)
    {
        var ended = _limiter.CloseAsync();
        try
        {
            await ended.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await _stopping.CancelAsync();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async ValueTask RunAsync(ActivityCall call)
    {
        if (await CallAsync(call) is { } answer)
            _answer(call.InstanceKey, answer);
        // Only now: whoever loads the orchestration meanwhile finds the call under way, or then its answer in the mailbox.
        _underWay.TryRemove((call.InstanceKey, call.TaskId), out _);
    }

    private async Task<HistoryEvent?> CallAsync(ActivityCall call)
    {
        using var activity = Source.StartActivity("activity:" + call.Name, ActivityKind.Internal, call.TraceParent);
        try
        {
            if (!_functions.HasActivity(call.Name))
                throw MissingFunctionException.Activity(call.Name);
            var output = await _functions.RunActivityAsync(call.Name, call.InstanceId, call.Input, _stopping.Token);
            return new HistoryEvent(HistoryEventKind.TaskCompleted) { TaskId = call.TaskId, Payload = output };
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever an activity throws is its result, for the orchestrator to judge.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            return new HistoryEvent(HistoryEventKind.TaskFailed) { TaskId = call.TaskId, Failure = Failures.From(failure) };
        }
    }
}
