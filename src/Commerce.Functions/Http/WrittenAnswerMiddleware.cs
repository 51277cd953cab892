using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Commerce.Functions.Http;

/// <summary>
/// Lets go of an answer that has been written. The worker would serialize it as the function's result, whole and by reflection, for a host
/// that parses it twice and throws it away, since the client has its answer by then. It stands around the extension that writes answers,
/// which lets go of its own kind of answer (<c>HttpResponseData</c>) in the same way.
/// </summary>
internal sealed class WrittenAnswerMiddleware : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        var result = context.GetInvocationResult();
        if (result.Value is IResult)
            result.Value = null;
    }
}
