using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using LocalPlatform.Durable.Clients;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable;

/// <summary>
/// The service of the Durable Task protocol, as far as clients call it. A refusal is an <see cref="RpcException"/> with the status that
/// the genuine host gives; the worker's side of the protocol is not here, since the host invokes the worker.
/// </summary>
public sealed class TaskHubService(DurableEngine engine) : P.TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private const int PageSizeDefault = 100;

    private TaskHub Hub => engine.Hub;

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<P.CreateInstanceResponse> StartInstance(P.CreateInstanceRequest request, ServerCallContext context)
    {
        if (request.InstanceId.Length == 0)
            request.InstanceId = InstanceIds.New();
        // Clients name the trace in the message only when somebody listens to their own spans; the call itself always belongs to one.
        if (request.ParentTraceContext is null && context.RequestHeaders.GetValue("traceparent") is { } traceParent)
            request.ParentTraceContext = new P.TraceContext { TraceParent = traceParent };
        ThrowIf(await Hub.StartAsync(request, context.CancellationToken));
        return new P.CreateInstanceResponse { InstanceId = request.InstanceId };
    }

    public override Task<P.GetInstanceResponse> GetInstance(P.GetInstanceRequest request, ServerCallContext context) =>
        Task.FromResult(ToResponse(Hub.Find(request.InstanceId), request));

    public override async Task<P.GetInstanceResponse> WaitForInstanceStart(P.GetInstanceRequest request, ServerCallContext context) =>
        ToResponse(await Hub.WaitAsync(request.InstanceId, untilEnd: false, context.CancellationToken), request);

    public override async Task<P.GetInstanceResponse> WaitForInstanceCompletion(P.GetInstanceRequest request, ServerCallContext context) =>
        ToResponse(await Hub.WaitAsync(request.InstanceId, untilEnd: true, context.CancellationToken), request);

    public override async Task<P.RaiseEventResponse> RaiseEvent(P.RaiseEventRequest request, ServerCallContext context)
    {
        ThrowIf(await Hub.RaiseEventAsync(request.InstanceId, request.Name, request.Input));
        return new P.RaiseEventResponse();
    }

    public override async Task<P.TerminateResponse> TerminateInstance(P.TerminateRequest request, ServerCallContext context)
    {
        ThrowIf(await Hub.TerminateAsync(request.InstanceId, request.Output, request.Recursive));
        return new P.TerminateResponse();
    }

    public override async Task<P.SuspendResponse> SuspendInstance(P.SuspendRequest request, ServerCallContext context)
    {
        ThrowIf(await Hub.SuspendAsync(request.InstanceId, request.Reason));
        return new P.SuspendResponse();
    }

    public override async Task<P.ResumeResponse> ResumeInstance(P.ResumeRequest request, ServerCallContext context)
    {
        ThrowIf(await Hub.ResumeAsync(request.InstanceId, request.Reason));
        return new P.ResumeResponse();
    }

    public override async Task<P.RestartInstanceResponse> RestartInstance(P.RestartInstanceRequest request, ServerCallContext context)
    {
        var (id, refusal) = await Hub.RestartAsync(request.InstanceId, request.RestartWithNewInstanceId, context.CancellationToken);
        ThrowIf(refusal);
        return new P.RestartInstanceResponse { InstanceId = id };
    }

    public override Task<P.RewindInstanceResponse> RewindInstance(P.RewindInstanceRequest request, ServerCallContext context) =>
        throw Unimplemented("A failed instance cannot be rewound here. Restart it, or start it anew.");

    public override Task<P.QueryInstancesResponse> QueryInstances(P.QueryInstancesRequest request, ServerCallContext context)
    {
        var query = request.Query;
        var filter = new InstanceFilter
        {
            CreatedFrom = query.CreatedTimeFrom?.ToDateTime(),
            CreatedTo = query.CreatedTimeTo?.ToDateTime(),
            Statuses = query.RuntimeStatus,
            IdPrefix = query.InstanceIdPrefix,
        };
        var (found, next) = Hub.Query(filter, ReadToken(query.ContinuationToken), PageSize(query.MaxInstanceCount));
        return Task.FromResult(new P.QueryInstancesResponse
        {
            OrchestrationState = { found.Select(instance => InstanceStates.ToProto(instance, query.FetchInputsAndOutputs)) },
            ContinuationToken = ToToken(next),
        });
    }

    public override Task<P.ListInstanceIdsResponse> ListInstanceIds(P.ListInstanceIdsRequest request, ServerCallContext context)
    {
        var filter = new InstanceFilter
        {
            CompletedFrom = request.CompletedTimeFrom?.ToDateTime(),
            CompletedTo = request.CompletedTimeTo?.ToDateTime(),
            Statuses = request.RuntimeStatus,
        };
        var (found, next) = Hub.Query(filter, ReadToken(request.LastInstanceKey), PageSize(request.PageSize));
        return Task.FromResult(new P.ListInstanceIdsResponse
        {
            InstanceIds = { found.Select(instance => instance.Id) },
            LastInstanceKey = ToToken(next),
        });
    }

    public override async Task<P.PurgeInstancesResponse> PurgeInstances(P.PurgeInstancesRequest request, ServerCallContext context)
    {
        var (purged, isComplete) = request.RequestCase switch
        {
            P.PurgeInstancesRequest.RequestOneofCase.InstanceId => (await Hub.PurgeAsync([request.InstanceId], request.Recursive), true),
            P.PurgeInstancesRequest.RequestOneofCase.InstanceBatch =>
                (await Hub.PurgeAsync(request.InstanceBatch.InstanceIds, request.Recursive), true),
            P.PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter => await Hub.PurgeAsync(
                ToFilter(request.PurgeInstanceFilter),
                request.Recursive,
                request.PurgeInstanceFilter.Timeout?.ToTimeSpan(),
                context.CancellationToken),
            _ => throw new RpcException(new Status(StatusCode.InvalidArgument, "The purge does not say what to purge.")),
        };
        return new P.PurgeInstancesResponse { DeletedInstanceCount = purged, IsComplete = isComplete };
    }

    public override async Task StreamInstanceHistory(
        P.StreamInstanceHistoryRequest request, IServerStreamWriter<P.HistoryChunk> responseStream, ServerCallContext context)
    {
        var history = Hub.ReadHistory(request.InstanceId)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"There is no instance '{request.InstanceId}'."));
        foreach (var past in history) // One event a chunk: a message has a size limit, a stream has none.
            await responseStream.WriteAsync(new P.HistoryChunk { Events = { past } }, context.CancellationToken);
    }

    public override Task<P.SignalEntityResponse> SignalEntity(P.SignalEntityRequest request, ServerCallContext context) =>
        throw NoEntities();

    public override Task<P.GetEntityResponse> GetEntity(P.GetEntityRequest request, ServerCallContext context) => throw NoEntities();

    public override Task<P.QueryEntitiesResponse> QueryEntities(P.QueryEntitiesRequest request, ServerCallContext context) =>
        throw NoEntities();

    public override Task<P.CleanEntityStorageResponse> CleanEntityStorage(
        P.CleanEntityStorageRequest request, ServerCallContext context) => throw NoEntities();

    private static void ThrowIf(Refusal? refusal)
    {
        if (refusal is null)
            return;
        var status = refusal.Reason switch
        {
            RefusalReason.NotFound => StatusCode.NotFound,
            RefusalReason.WrongState => StatusCode.FailedPrecondition,
            RefusalReason.Exists => StatusCode.AlreadyExists,
            _ => StatusCode.InvalidArgument,
        };
        throw new RpcException(new Status(status, refusal.Message));
    }

    private static RpcException Unimplemented(string message) => new(new Status(StatusCode.Unimplemented, message));

    private static RpcException NoEntities() => Unimplemented("Durable entities are not supported here.");

    private static P.GetInstanceResponse ToResponse(StoredInstance? found, P.GetInstanceRequest request) => found is null
        ? new P.GetInstanceResponse()
        : new P.GetInstanceResponse { Exists = true, OrchestrationState = InstanceStates.ToProto(found, request.GetInputsAndOutputs) };

    private static InstanceFilter ToFilter(P.PurgeInstanceFilter filter) => new()
    {
        CreatedFrom = filter.CreatedTimeFrom?.ToDateTime(),
        CreatedTo = filter.CreatedTimeTo?.ToDateTime(),
        Statuses = filter.RuntimeStatus,
    };

    private static int PageSize(int asked) => asked > 0 ? asked : PageSizeDefault;

    private static string? ToToken(long? key) => key?.ToString(CultureInfo.InvariantCulture);

    private static long ReadToken(string? token) => InstanceStates.TryReadToken(token, out var key)
        ? key
        : throw new RpcException(new Status(StatusCode.InvalidArgument, "This is not a continuation token of an earlier query."));
}
