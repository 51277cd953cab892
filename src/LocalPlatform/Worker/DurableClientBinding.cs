using System.Text.Json;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>
/// What a parameter that wants a Durable client gets: where the task hub's service is, in the form that the worker expects.
/// </summary>
internal sealed class DurableClientBinding(WorkerServer server)
{
    // The original's default. Also the longest that a client's wait for an orchestration lasts.
    private const string CallTimeout = "\"00:01:40\"";
    private const int MessageBytesMax = 16 * 1024 * 1024;

    public TypedData Data { get; } = new()
    {
        String = JsonSerializer.Serialize(new
        {
            rpcBaseUrl = server.Address,
            taskHubName = "local",
            connectionName = "Storage",
            requiredQueryStringParameters = "taskHub=local&connection=Storage",
            httpBaseUrl = "/runtime/webhooks/durabletask",
            maxGrpcMessageSizeInBytes = MessageBytesMax,
            grpcHttpClientTimeout = CallTimeout,
        }),
    };
}
