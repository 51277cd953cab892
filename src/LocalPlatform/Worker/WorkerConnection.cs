using Grpc.Core;
using LocalPlatform.Hosting;
using LocalPlatform.Worker.Rpc;
using Content = LocalPlatform.Worker.Rpc.StreamingMessage.ContentOneofCase;

namespace LocalPlatform.Worker;

/// <summary>
/// A worker at the other end of the protocol: introduces the host, loads the app's functions, and runs them. Messages go out in one
/// stream, as many at once as there are.
/// </summary>
internal sealed class WorkerConnection : IDisposable
{
    // No host of the original has this version; it is what the worker's log shows.
    private const string HostVersion = "4.0.0-local";
    private const string HttpCapability = "HttpUri";

    private readonly Lock _lock = new();
    private readonly Queue<StreamingMessage> _outbox = [];
    private readonly TaskCompletionSource<WorkerFunctions> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FunctionReader _reader;
    private readonly HostFiles _files;
    private readonly WorkerLog _log;
    private WorkerFunctions? _functions;
    private IServerStreamWriter<StreamingMessage>? _idleStream;
    private int _toLoad;

    public WorkerConnection(string id, HostFiles files, FunctionReader reader, WorkerLog log, TimeProvider time)
    {
        Id = id;
        _files = files;
        _reader = reader;
        _log = log;
        Invocations = new Invocations(Send, files.HostJson.FunctionTimeout, time);
    }

    public string Id { get; }

    /// <summary>Where the worker's own web server listens; null in an app that has none. Known once it is loaded.</summary>
    public string? HttpAddress { get; private set; }

    /// <summary>The app's functions, once the worker can run them; fails with what keeps it from doing so.</summary>
    public Task<WorkerFunctions> Loaded => _loaded.Task;

    public Invocations Invocations { get; }

    /// <summary>Sends a message to the worker, in the order of the calls. Whoever finds nobody writing writes all there is.</summary>
    public void Send(StreamingMessage message)
    {
        IServerStreamWriter<StreamingMessage>? stream;
        lock (_lock)
        {
            _outbox.Enqueue(message);
            (stream, _idleStream) = (_idleStream, null);
        }
        if (stream is not null)
            _ = WriteAsync(stream);
    }

    /// <summary>Serves the worker from its first message, which is read already, to the end of the stream.</summary>
    public async Task ServeAsync(
        IAsyncStreamReader<StreamingMessage> received, IServerStreamWriter<StreamingMessage> sent, CancellationToken ct)
    {
        _ = WriteAsync(sent);
        try
        {
            do
                Receive(received.Current);
            while (await received.MoveNext(ct));
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The worker closed its end, or the host does.
        }
        finally
        {
            Invocations.Abandon();
        }
    }

    public void Dispose() => Invocations.Dispose();

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> stream)
    {
        try
        {
            while (Next(stream) is { } message)
                await stream.WriteAsync(message);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The worker is gone: who waits for an answer is told by the reading side.
        }
    }

    /// <summary>The next message to be written; null when there is none, and then the next sender writes.</summary>
    private StreamingMessage? Next(IServerStreamWriter<StreamingMessage> stream)
    {
        lock (_lock)
        {
            if (!_outbox.TryDequeue(out var message))
            {
                _idleStream = stream;
                return null;
            }
            // With more to come the message is only buffered: one flush carries them all.
            stream.WriteOptions = _outbox.Count > 0 ? Buffered : null;
            return message;
        }
    }

    private static WriteOptions Buffered { get; } = new(WriteFlags.BufferHint);

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case Content.InvocationResponse:
                Invocations.End(message.InvocationResponse);
                break;
            case Content.RpcLog:
                _log.Write(message.RpcLog);
                break;
            case Content.StartStream:
                Send(new StreamingMessage { RequestId = message.RequestId, WorkerInitRequest = Introduction() });
                break;
            case Content.WorkerInitResponse when IsSuccess(message.WorkerInitResponse.Result):
                HttpAddress = message.WorkerInitResponse.Capabilities.GetValueOrDefault(HttpCapability);
                Send(new StreamingMessage { FunctionsMetadataRequest = new() { FunctionAppDirectory = _files.Folder } });
                break;
            case Content.FunctionMetadataResponse when IsSuccess(message.FunctionMetadataResponse.Result):
                Load(message.FunctionMetadataResponse);
                break;
            case Content.FunctionLoadResponse when IsSuccess(message.FunctionLoadResponse.Result):
                if (Interlocked.Decrement(ref _toLoad) == 0)
                    _loaded.TrySetResult(_functions!);
                break;
        }
    }

    private WorkerInitRequest Introduction() => new()
    {
        HostVersion = HostVersion,
        WorkerDirectory = AppContext.BaseDirectory,
        FunctionAppDirectory = _files.Folder,
        Capabilities = { ["V2Compatable"] = "true" },
    };

    private void Load(FunctionMetadataResponse response)
    {
        try
        {
            _functions = _reader.Read(response.FunctionMetadataResults);
        }
        catch (PlatformStartException problem)
        {
            _loaded.TrySetException(problem);
            return;
        }
        if (_functions.All.Count == 0)
            _loaded.TrySetException(new PlatformStartException("The app has no functions."));
        _toLoad = _functions.All.Count;
        foreach (var function in _functions.All)
            Send(new StreamingMessage
            {
                FunctionLoadRequest = new()
                {
                    FunctionId = function.Id,
                    Metadata = InBinaries(function.Metadata)
                }
            });
    }

    /// <summary>The app's folder need not be that of its binaries.</summary>
    private static RpcFunctionMetadata InBinaries(RpcFunctionMetadata metadata)
    {
        var placed = metadata.Clone();
        placed.ScriptFile = Path.Combine(AppContext.BaseDirectory, metadata.ScriptFile);
        return placed;
    }

    private bool IsSuccess(StatusResult result)
    {
        if (result.Status == StatusResult.Types.Status.Success)
            return true;
        _loaded.TrySetException(new PlatformStartException(
            $"The worker could not load the app: {result.Exception?.Message ?? result.Result}"));
        return false;
    }
}
