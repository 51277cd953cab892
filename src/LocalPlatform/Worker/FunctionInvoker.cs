using System.Diagnostics;
using LocalPlatform.Messaging;
using LocalPlatform.Worker.Rpc;

namespace LocalPlatform.Worker;

/// <summary>What a function threw, as the worker told it.</summary>
internal sealed class FunctionFailedException(RpcException failure)
    : Exception(failure.Message)
{
    public RpcException Failure { get; } = failure;

    /// <summary>With the stack of the function, as a log wants it.</summary>
    public override string ToString() => $"{Failure.Type}: {Failure.Message}{Environment.NewLine}{Failure.StackTrace}";
}

/// <summary>Runs functions in the workers and sends what they return through their outputs.</summary>
internal sealed class FunctionInvoker(Workers workers, OutputSender outputs, DurableClientBinding durable)
{
    /// <summary>
    /// Runs a function in the next of its workers. Completes once it has succeeded and what it sends is stored.
    /// </summary>
    /// <param name="function">Which.</param>
    /// <param name="trigger">The trigger's data.</param>
    /// <param name="describe">Adds metadata of the trigger, or a retry context.</param>
    /// <param name="ct">Asks the function to end.</param>
    /// <exception cref="FunctionFailedException">The function threw.</exception>
    /// <exception cref="WorkerGoneException">The worker is gone.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<InvocationResponse> RunAsync(
        WorkerFunction function, TypedData trigger, Action<InvocationRequest>? describe = null, CancellationToken ct = default)
    {
        var invocation = Begin(await workers.NextAsync(function, ct), function, trigger, describe);
        InvocationResponse response;
        using (ct.UnsafeRegister(_ => invocation.Cancel(), null))
            response = await invocation.Task;
        ThrowUnlessSucceeded(response, invocation);
        await outputs.SendAsync(function, response);
        return response;
    }

    /// <summary>Begins a run in a worker and returns at once.</summary>
    public Invocation Begin(WorkerConnection worker, WorkerFunction function, TypedData trigger, Action<InvocationRequest>? describe)
    {
        var invocation = worker.Invocations.Begin(function);
        var request = new InvocationRequest
        {
            InvocationId = invocation.Id,
            FunctionId = function.Id,
            InputData = { new ParameterBinding { Name = function.Trigger.Parameter, Data = trigger } },
            TraceContext = Trace(),
            // Without one the worker fails.
            RetryContext = new RetryContext(),
        };
        if (function.DurableClientParameter is { } client)
            request.InputData.Add(new ParameterBinding { Name = client, Data = durable.Data });
        describe?.Invoke(request);
        worker.Send(new StreamingMessage { RequestId = invocation.Id, InvocationRequest = request });
        return invocation;
    }

    private static RpcTraceContext Trace() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
            ? new RpcTraceContext { TraceParent = activity.Id, TraceState = activity.TraceStateString ?? "" }
            : new RpcTraceContext();

    private static void ThrowUnlessSucceeded(InvocationResponse response, Invocation invocation)
    {
        if (response.Result.Status == StatusResult.Types.Status.Success)
            return;
        if (invocation.HasTimedOut)
            throw new FunctionTimedOutException(invocation.Function.Name);
        if (invocation.IsCancelled)
            throw new OperationCanceledException($"The run of '{invocation.Function.Name}' was cancelled.");
        throw new FunctionFailedException(response.Result.Exception ?? new RpcException { Message = response.Result.Result });
    }
}
