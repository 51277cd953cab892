using Commerce.Functions.Http;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Metrics;

/// <summary>What this instance has answered lately.</summary>
public sealed class MetricsFunctions(OrderMetrics metrics)
{
    [Function("GetMetrics")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/metrics")] HttpRequest request) =>
        Answers.Ok(metrics.Read(), MetricsJson.Wire.MetricsView);
}
