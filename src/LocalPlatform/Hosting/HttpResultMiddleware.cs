using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace LocalPlatform.Hosting;

/// <summary>
/// An HTTP answer has been written when a run ends. The worker would serialize the object that wrote it once more, as the run's result,
/// which no host looks at.
/// </summary>
internal sealed class HttpResultMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        var result = context.GetInvocationResult();
        if (result.Value is IResult)
            result.Value = null;
    }
}
