using System.Collections.Frozen;
using Commerce.Functions.Http;
using Commerce.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace Commerce.Functions.Metrics;

/// <summary>Counts what becomes of the calls that place orders.</summary>
internal sealed class MetricsMiddleware(OrderMetrics metrics, TimeProvider time) : IFunctionsWorkerMiddleware
{
    private static readonly FrozenSet<string> Placing = new[] { "PostOrder", "CheckoutCart" }.ToFrozenSet(StringComparer.Ordinal);

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        Placing.Contains(context.FunctionDefinition.Name) ? CountAsync(context, next) : next(context);

    private async Task CountAsync(FunctionContext context, FunctionExecutionDelegate next)
    {
        var started = time.GetTimestamp();
        await next(context);
        var (outcome, refusal) = Outcome(context.GetInvocationResult().Value);
        metrics.Record(outcome, refusal, time.GetElapsedTime(started));
    }

    private static (OrderOutcome Outcome, ErrorCode? Refusal) Outcome(object? answer) => answer switch
    {
        IRefusal refusal => (OrderOutcome.Refused, refusal.Code),
        IStatusCodeHttpResult { StatusCode: StatusCodes.Status202Accepted } => (OrderOutcome.Pending, null),
        _ => (OrderOutcome.Paid, null),
    };
}
