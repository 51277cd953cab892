using System.Text.Json;
using Google.Protobuf;
using LocalPlatform.Durable;
using LocalPlatform.Worker;
using LocalPlatform.Worker.Rpc;
using P = Microsoft.DurableTask.Protobuf;

namespace LocalPlatform.Orchestrations;

/// <summary>
/// The app's orchestrators and activities for the engine: each turn and each activity is a run of a function in the worker.
/// </summary>
internal sealed class DurableFunctions(FunctionInvoker invoker) : IDurableFunctions
{
    private static readonly JsonParser Failures = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private Dictionary<string, WorkerFunction> _orchestrators = [];
    private Dictionary<string, WorkerFunction> _activities = [];

    /// <summary>Takes up the functions that the worker has loaded.</summary>
    public void Load(WorkerFunctions functions)
    {
        _orchestrators = functions.With<OrchestrationBinding>()
            .ToDictionary(f => Name(f.Trigger.Name, f.Function), f => f.Function, StringComparer.OrdinalIgnoreCase);
        _activities = functions.With<ActivityBinding>()
            .ToDictionary(f => Name(f.Trigger.Name, f.Function), f => f.Function, StringComparer.OrdinalIgnoreCase);
    }

    public bool HasOrchestrator(string name) => _orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => _activities.ContainsKey(name);

    public async Task<byte[]> RunTurnAsync(string orchestrator, string instanceId, ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        var function = _orchestrators[orchestrator];
        var data = new TypedData { String = Convert.ToBase64String(request.Span) };
        try
        {
            var response = await invoker.RunAsync(function, data, run => Describe(run, instanceId), ct);
            return Convert.FromBase64String(response.ReturnValue.String);
        }
        catch (FunctionFailedException failed)
        {
            throw new TurnFailedException(Details(failed.Failure));
        }
    }

    public async Task<ActivityOutcome> RunActivityAsync(
        string activity, string instanceId, string? inputJson, string? traceParent, CancellationToken ct)
    {
        var function = _activities[activity];
        var data = new TypedData { Json = inputJson ?? "null" };
        void DescribeCall(InvocationRequest run)
        {
            Describe(run, instanceId);
            run.TraceContext.TraceParent = traceParent ?? "";
        }

        while (true)
        {
            try
            {
                return new(Json((await invoker.RunAsync(function, data, DescribeCall, ct)).ReturnValue), null);
            }
            catch (FunctionFailedException failed)
            {
                return new(null, Details(failed.Failure));
            }
            catch (OperationCanceledException over)
                when (over is WorkerGoneException or FunctionTimedOutException && !ct.IsCancellationRequested)
            {
                // What it has done is not known: it is done again, as after a lock that expired.
            }
        }
    }

    private static string Name(string trigger, WorkerFunction function) => trigger.Length > 0 ? trigger : function.Name;

    private static void Describe(InvocationRequest run, string instanceId) =>
        run.TriggerMetadata["instanceId"] = new TypedData { Json = JsonSerializer.Serialize(instanceId) };

    /// <summary>A text crosses as it is; orchestrators read JSON.</summary>
    private static string? Json(TypedData? result) => result?.DataCase switch
    {
        TypedData.DataOneofCase.Json => result.Json,
        TypedData.DataOneofCase.String => JsonSerializer.Serialize(result.String),
        TypedData.DataOneofCase.Int => JsonSerializer.Serialize(result.Int),
        TypedData.DataOneofCase.Double => JsonSerializer.Serialize(result.Double),
        TypedData.DataOneofCase.Bytes => JsonSerializer.Serialize(result.Bytes.ToByteArray()),
        _ => null,
    };

    /// <summary>
    /// The worker's Durable extension describes what an activity threw, inner failures included, in the exception's message.
    /// </summary>
    private static P.TaskFailureDetails Details(RpcException failure)
    {
        try
        {
            return Failures.Parse<P.TaskFailureDetails>(failure.Message);
        }
        catch (InvalidProtocolBufferException)
        {
            // Thrown around the activity rather than in it: by a middleware, or while its input was read.
            return new() { ErrorType = failure.Type, ErrorMessage = failure.Message, StackTrace = failure.StackTrace };
        }
    }
}
