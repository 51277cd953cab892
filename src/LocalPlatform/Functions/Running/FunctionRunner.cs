using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Functions;

/// <summary>Runs a function through the app's middleware and then sends its outputs.</summary>
internal sealed class FunctionRunner(
    IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware, OutputSender outputs, RunLimit limit,
    IServiceScopeFactory scopes)
{
    private readonly FunctionExecutionDelegate _pipeline =
        middleware.Reverse().Aggregate((FunctionExecutionDelegate)ExecuteAsync, (next, wrap) => wrap(next));

    public RunLimit Limit => limit;

    /// <summary>Completes once the function has succeeded and what it sends is stored; throws what the function throws.</summary>
    public async Task RunAsync(Invocation run)
    {
        await _pipeline(run);
        if (run.Outputs is { } values)
            await outputs.SendAsync(values);
    }

    /// <summary>As <see cref="RunAsync"/>, in a scope of its own; returns what is left of the result after the outputs.</summary>
    public async Task<object?> RunInScopeAsync(
        FunctionDescriptor function,
        object? triggerValue,
        Func<Invocation, IReadOnlyDictionary<string, object?>>? bindingData = null,
        RetryContext? retry = null,
        CancellationToken eventToken = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var run = new Invocation(function, scope.ServiceProvider, limit)
        {
            TriggerValue = triggerValue,
            BindingDataFactory = bindingData,
            Retry = retry,
            EventToken = eventToken,
        };
        await RunAsync(run);
        return run.Result;
    }

    private static async Task ExecuteAsync(FunctionContext context)
    {
        var run = (Invocation)context;
        var invoker = run.Function.Invoker;
        if (invoker.BodyParameter is { } body)
            run.Body = await run.HttpContext!.Request.ReadFromJsonAsync(body.ParameterType, run.HttpContext.RequestAborted);
        run.Result = await invoker.InvokeAsync(run);
        if (run.Function.Outputs.Count > 0)
            TakeOutputs(run);
    }

    /// <summary>
    /// Splits what the function returned. As in the original, a result whose properties are outputs is used up by them: what is
    /// left for the caller is the HTTP part, or nothing.
    /// </summary>
    private static void TakeOutputs(Invocation run)
    {
        var result = run.Result;
        if (result is null)
            return;
        run.Outputs = [];
        foreach (var target in run.Function.Outputs)
        {
            if (target.Property is not null)
                run.Result = null;
            if (target.QueueOrTopic is not null && (target.Property is null ? result : target.Read!(result)) is { } value)
                run.Outputs.Add((target, value));
        }
        if (run.Function.Outputs.FirstOrDefault(target => target.QueueOrTopic is null) is { } http)
            run.Result = http.Read!(result);
    }
}
