using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Clients;

/// <summary>What clients can ask of the engine, through whatever door they come. Nothing is durable before its task has ended.</summary>
internal sealed class TaskHub(DurableRuntime runtime)
{
    private const int PurgePortionMax = 100;

    /// <summary>
    /// Starts an orchestration. When one of the same id has not ended, it goes on undisturbed, unless the request says which may be
    /// replaced: then it is terminated, or the start is refused. One that has ended is replaced.
    /// </summary>
    public async Task<Refusal?> StartAsync(P.CreateInstanceRequest request, CancellationToken ct)
    {
        if (!runtime.Functions.HasOrchestrator(request.Name))
            return new Refusal(RefusalReason.Invalid, $"There is no orchestrator '{request.Name}'.");
        if (!runtime.Versions.LetsPass(request.Version))
            return new Refusal(RefusalReason.Invalid, $"This host runs orchestrations up to version {runtime.Versions.Default}.");
        if (InstanceIds.FindFault(request.InstanceId) is { } fault)
            return new Refusal(RefusalReason.Invalid, fault);
        if (request.OrchestrationIdReusePolicy is { } policy && await ClearTheWayAsync(request.InstanceId, policy, ct) is { } refusal)
            return refusal;
        var now = Now;
        var startAt = request.ScheduledStartTimestamp?.ToDateTime() is { } at && at > now ? at : (DateTime?)null;
        var newborn = new StoredInstance(runtime.Store.NextKey(), ToStart(request, runtime.Versions.Default))
        {
            Active = startAt is null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await runtime.StartAsync(newborn, startAt) || request.OrchestrationIdReusePolicy is null
            ? null
            : Exists(request.InstanceId);
    }

    public Task<Refusal?> RaiseEventAsync(string instanceId, string name, string? input) =>
        SendAsync(instanceId, HistoryEvents.Raised(Now, name, input));

    public Task<Refusal?> TerminateAsync(string instanceId, string? output, bool recursive) =>
        SendAsync(instanceId, HistoryEvents.Terminated(Now, output, recursive));

    public Task<Refusal?> SuspendAsync(string instanceId, string? reason) => SendAsync(instanceId, HistoryEvents.Suspended(Now, reason));

    public Task<Refusal?> ResumeAsync(string instanceId, string? reason) => SendAsync(instanceId, HistoryEvents.Resumed(Now, reason));

    /// <summary>
    /// Starts an orchestration anew with its name, version and input, under its own id once it has ended, or under a new one.
    /// </summary>
    public async Task<(string InstanceId, Refusal? Refusal)> RestartAsync(string instanceId, bool withNewId, CancellationToken ct)
    {
        if (Find(instanceId) is not { } found)
            return (instanceId, NotFound(instanceId));
        if (!withNewId && !found.IsCompleted)
            return (instanceId, WrongState(found));
        var request = new P.CreateInstanceRequest
        {
            InstanceId = withNewId ? InstanceIds.New() : instanceId,
            Name = found.Name,
            Version = found.Start.Version,
            Input = found.Start.Input,
        };
        return (request.InstanceId, await StartAsync(request, ct));
    }

    public StoredInstance? Find(string instanceId) => runtime.Store.ReadInstance(instanceId);

    /// <summary>Waits until an instance has ended, or only started; also for one that does not exist yet.</summary>
    public Task<StoredInstance> WaitAsync(string instanceId, bool untilEnd, CancellationToken ct) =>
        runtime.WaitAsync(instanceId, untilEnd, ct);

    /// <summary>A page of instances in the order of their start, and the key after which the next one begins; null at the end.</summary>
    public (List<StoredInstance> Found, long? Next) Query(InstanceFilter filter, long afterKey, int pageSize)
    {
        var found = runtime.Store.Query(filter, afterKey, pageSize);
        return (found, found.Count < pageSize ? null : found[^1].Key);
    }

    /// <summary>The events of the current execution; null when there is no such instance.</summary>
    public IList<P.HistoryEvent>? ReadHistory(string instanceId) =>
        Find(instanceId) is { } found ? [.. runtime.Store.ReadTurns(found.Key).SelectMany(turn => PastEvents.Read(turn))] : null;

    /// <summary>Purges instances that have ended, and with them their ended descendants if asked for; the number purged.</summary>
    public Task<int> PurgeAsync(IEnumerable<string> instanceIds, bool recursive)
    {
        var ended = instanceIds.Select(Find).OfType<StoredInstance>().Where(found => found.IsCompleted);
        return PurgeAsync([.. ended.Select(found => found.Key)], recursive);
    }

    /// <summary>Purges the ended instances that match until <paramref name="patience"/> is over; whether all of them are gone.</summary>
    public async Task<(int Purged, bool IsComplete)> PurgeAsync(
        InstanceFilter filter, bool recursive, TimeSpan? patience, CancellationToken ct)
    {
        var begin = runtime.Time.GetTimestamp();
        for (var purged = 0; ;)
        {
            ct.ThrowIfCancellationRequested();
            var keys = runtime.Store.FindCompleted(filter, PurgePortionMax);
            if (keys.Count == 0)
                return (purged, true);
            if (runtime.Time.GetElapsedTime(begin) > patience)
                return (purged, false);
            purged += await PurgeAsync(keys, recursive);
        }
    }

    private DateTime Now => runtime.Time.GetUtcNow().UtcDateTime;

    private static P.ExecutionStartedEvent ToStart(P.CreateInstanceRequest request, string? defaultVersion) => new()
    {
        Name = request.Name,
        Version = string.IsNullOrEmpty(request.Version) ? defaultVersion : request.Version,
        Input = request.Input,
        OrchestrationInstance = new() { InstanceId = request.InstanceId, ExecutionId = InstanceIds.New() },
        ScheduledStartTimestamp = request.ScheduledStartTimestamp,
        ParentTraceContext = request.ParentTraceContext,
        Tags = { request.Tags },
    };

    private async Task<Refusal?> ClearTheWayAsync(string instanceId, P.OrchestrationIdReusePolicy policy, CancellationToken ct)
    {
        if (Find(instanceId) is not { } found)
            return null;
        if (!policy.ReplaceableStatus.Contains(found.Status))
            return Exists(instanceId);
        if (!found.IsCompleted && await TerminateAsync(instanceId, null, recursive: false) is null)
            await WaitAsync(instanceId, untilEnd: true, ct);
        return null;
    }

    private async Task<Refusal?> SendAsync(string instanceId, P.HistoryEvent sent)
    {
        if (await runtime.Store.SendAsync(instanceId, sent) is { } key)
        {
            runtime.Deliver(key, null);
            return null;
        }
        return Find(instanceId) is { } ended ? WrongState(ended) : NotFound(instanceId);
    }

    private async Task<int> PurgeAsync(List<long> keys, bool recursive)
    {
        var all = new List<long>(keys);
        for (var generation = keys; recursive && generation.Count > 0;)
        {
            generation = runtime.Store.FindCompletedChildren(generation);
            all.AddRange(generation);
        }
        return await runtime.Store.PurgeAsync(all);
    }

    private static Refusal Exists(string instanceId) =>
        new(RefusalReason.Exists, $"An orchestration with the instance id '{instanceId}' exists.");

    private static Refusal NotFound(string instanceId) => new(RefusalReason.NotFound, $"There is no instance '{instanceId}'.");

    private static Refusal WrongState(StoredInstance found) =>
        new(RefusalReason.WrongState, $"The instance '{found.Id}' is in the state {found.Status}.");
}
