using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using LocalPlatform.Durable.History;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Durable.Store;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable;

/// <summary>The client of the engine in this process.</summary>
internal sealed class LocalDurableTaskClient(DurableRuntime runtime) : DurableTaskClient("local")
{
    private const int PurgePortionMax = 100;

    /// <summary>
    /// Starts an orchestration. When one of the same id has not ended, it goes on undisturbed and its id is returned; one that has
    /// ended is replaced.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such orchestrator, or the id breaks a rule.</exception>
    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var inputJson = JsonDataConverter.Default.Serialize(input);
        if (string.IsNullOrEmpty(orchestratorName.Name) || !runtime.Functions.HasOrchestrator(orchestratorName.Name))
            throw new ArgumentException($"There is no orchestrator '{orchestratorName.Name}'.", nameof(orchestratorName));
        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        InstanceIds.Validate(id);
        var now = runtime.Time.GetUtcNow();
        var startAt = options?.StartAt is { } at && at > now ? at.UtcDateTime : (DateTime?)null;
        var newborn = new StoredInstance(runtime.Store.NextKey(), id, orchestratorName.Name)
        {
            Active = startAt is null,
            CreatedAt = now.UtcDateTime,
            UpdatedAt = now.UtcDateTime,
            Input = inputJson,
            Tags = options?.Tags ?? ImmutableDictionary<string, string>.Empty,
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
        };
        await runtime.StartAsync(newborn, startAt);
        return id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(
            instanceId,
            new HistoryEvent(HistoryEventKind.EventRaised) { Name = eventName, Payload = JsonDataConverter.Default.Serialize(eventPayload) },
            cancellation);
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new HistoryEvent(HistoryEventKind.ExecutionTerminated)
            {
                Payload = JsonDataConverter.Default.Serialize(options?.Output),
                Recursive = options?.Recursive ?? false,
            },
            cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new HistoryEvent(HistoryEventKind.ExecutionSuspended) { Payload = JsonDataConverter.Default.Serialize(reason) },
            cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new HistoryEvent(HistoryEventKind.ExecutionResumed) { Payload = JsonDataConverter.Default.Serialize(reason) },
            cancellation);

    /// <summary>Waits; also for an instance that does not exist yet.</summary>
    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, untilEnd: false, getInputsAndOutputs, cancellation);

    /// <inheritdoc cref="WaitForInstanceStartAsync(string, bool, CancellationToken)"/>
    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, untilEnd: true, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return Task.FromResult(runtime.Store.ReadInstance(instanceId)?.ToMetadata(getInputsAndOutputs));
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(filter?.PageSize ?? 1, 1, nameof(filter));
        return new Pages(runtime.Store, filter ?? new OrchestrationQuery());
    }

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var found = runtime.Store.ReadInstance(instanceId);
        return new PurgeResult(found is { IsCompleted: true } ? await PurgeAsync([found.Key], options) : 0, isComplete: true);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var condition = new InstanceFilter
        {
            CreatedFrom = filter.CreatedFrom,
            CreatedTo = filter.CreatedTo,
            Statuses = filter.Statuses,
        };
        for (var purged = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var keys = runtime.Store.FindCompleted(condition, PurgePortionMax);
            if (keys.Count == 0)
                return new PurgeResult(purged, isComplete: true);
            purged += await PurgeAsync(keys, options);
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask; // The engine owns what there is to dispose of.

    private async Task<int> PurgeAsync(List<long> keys, PurgeInstanceOptions? options)
    {
        var descendants = new List<long>(keys);
        for (var generation = keys; options is { Recursive: true } && generation.Count > 0;)
        {
            generation = runtime.Store.FindCompletedChildren(generation);
            descendants.AddRange(generation);
        }
        return await runtime.Store.PurgeAsync(descendants);
    }

    private async Task SendAsync(string instanceId, HistoryEvent sent, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        if (await runtime.Store.SendAsync(instanceId, sent) is { } key)
            runtime.Deliver(key, null);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, bool untilEnd, bool inputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var state = await runtime.WaitAsync(instanceId, untilEnd, cancellation);
        return state.ToMetadata(inputsAndOutputs);
    }

    /// <summary>Pages in the order of start; the continuation token is the key of the last instance seen.</summary>
    private sealed class Pages(DurableStore store, OrchestrationQuery query) : AsyncPageable<OrchestrationMetadata>
    {
        public override IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(
            string? continuationToken = default, int? pageSizeHint = default) =>
            ReadAsync(continuationToken ?? query.ContinuationToken, pageSizeHint ?? query.PageSize);

        private async IAsyncEnumerable<Page<OrchestrationMetadata>> ReadAsync(
            string? continuationToken, int pageSize, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            var filter = new InstanceFilter
            {
                CreatedFrom = query.CreatedFrom,
                CreatedTo = query.CreatedTo,
                Statuses = query.Statuses,
                IdPrefix = query.InstanceIdPrefix,
            };
            do
            {
                cancellation.ThrowIfCancellationRequested();
                var after = ParseToken(continuationToken);
                var found = await Task.FromResult(store.Query(filter, after, pageSize));
                continuationToken = found.Count < pageSize ? null : found[^1].Key.ToString(CultureInfo.InvariantCulture);
                yield return new Page<OrchestrationMetadata>(
                    [.. found.Select(instance => instance.ToMetadata(query.FetchInputsAndOutputs))], continuationToken);
            }
            while (continuationToken is not null);
        }

        private static long ParseToken(string? token) => string.IsNullOrEmpty(token)
            ? 0
            : long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
                ? key
                : throw new ArgumentException("This is not a continuation token of an earlier query.", nameof(token));
    }
}
