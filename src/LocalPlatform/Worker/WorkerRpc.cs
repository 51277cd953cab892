using Grpc.Core;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>The protocol's service: each worker opens one stream, and says first which worker it is.</summary>
internal sealed class WorkerRpc(Workers workers) : FunctionRpc.FunctionRpcBase
{
    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
    {
        if (await requestStream.MoveNext(context.CancellationToken))
            await workers.ServeAsync(requestStream.Current.StartStream?.WorkerId ?? "", requestStream, responseStream,
                context.CancellationToken);
    }
}
