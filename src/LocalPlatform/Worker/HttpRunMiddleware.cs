using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace LocalPlatform.Worker;

/// <summary>
/// The host's foot in the worker's door, around all of the app's own middleware. It tells the host that a run has arrived, so that the
/// request enters the worker's pipeline only then: that waits five seconds for a run and no longer, which a busy machine can need. And
/// it tells of a success at once, so that no caller waits for the worker's answer to cross the wire.
/// </summary>
internal sealed class HttpRunMiddleware(Workers workers) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var run = workers.Local.Invocations.Find(context.InvocationId);
        run?.Arrive();
        await next(context);
        run?.Succeed();
    }
}
