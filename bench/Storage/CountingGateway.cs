using System.Collections.Concurrent;
using System.Globalization;
using Faults;
using LocalPlatform.Cosmos;

namespace Commerce.Bench.Storage;

/// <summary>How often one kind of operation was asked for, and what it was charged.</summary>
internal sealed record OperationCount(long Requests, double RequestUnits);

/// <summary>
/// The local Cosmos gateway behind a port, counting what passes by kind and container. The shop in another process is
/// pointed at it by its connection setting, and so is measured without a line of its own.
/// </summary>
internal sealed class CountingGateway : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, OperationCount> _counts = new(StringComparer.Ordinal);
    private readonly HandlerFront _front;

    private CountingGateway(CosmosStore store) =>
        _front = new HandlerFront(new CountingHandler(Count) { InnerHandler = new CosmosGatewayHandler(store) });

    public string ConnectionString => _front.ConnectionString;

    public IReadOnlyDictionary<string, OperationCount> Counts => new Dictionary<string, OperationCount>(_counts);

    public static async Task<CountingGateway> StartAsync(CosmosStore store)
    {
        var gateway = new CountingGateway(store);
        await gateway._front.StartAsync();
        return gateway;
    }

    public ValueTask DisposeAsync() => _front.DisposeAsync();

    private void Count(HttpRequestMessage request, HttpResponseMessage answer)
    {
        var path = request.RequestUri!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["dbs", _, "colls", var container, "docs", ..])
            return;
        var units = answer.Headers.TryGetValues("x-ms-request-charge", out var charges)
            ? double.Parse(charges.First(), CultureInfo.InvariantCulture) : 0;
        var kind = $"{Kind(request)} {container}{((int)answer.StatusCode is >= 400 and var refused ? $" ({refused})" : "")}";
        _counts.AddOrUpdate(kind, new OperationCount(1, units), (_, soFar) =>
            new OperationCount(soFar.Requests + 1, soFar.RequestUnits + units));
    }

    private static string Kind(HttpRequestMessage request)
    {
        bool Flag(string header) => request.Headers.TryGetValues(header, out var values)
            && string.Concat(values).Equals("true", StringComparison.OrdinalIgnoreCase);
        return request.Method.Method switch
        {
            "POST" when Flag("x-ms-cosmos-is-batch-request") => "batch",
            "POST" when Flag("x-ms-documentdb-isquery") || Flag("x-ms-cosmos-is-query-plan-request") => "query",
            "POST" => Flag("x-ms-documentdb-is-upsert") ? "upsert" : "create",
            "GET" when request.Headers.Contains("A-IM") => "change feed",
            "GET" => "read",
            "PUT" => "replace",
            var method => method.ToLowerInvariant(),
        };
    }

    private sealed class CountingHandler(Action<HttpRequestMessage, HttpResponseMessage> count) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            count(request, answer);
            return answer;
        }
    }
}
