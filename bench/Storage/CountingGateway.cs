using System.Collections.Concurrent;
using System.Globalization;
using LocalPlatform.Cosmos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

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
    private readonly HttpMessageInvoker _gateway;
    private readonly WebApplication _app;

    private CountingGateway(HttpMessageInvoker gateway, WebApplication app) => (_gateway, _app) = (gateway, app);

    public string ConnectionString => $"AccountEndpoint={_app.Urls.First()}/;AccountKey={LocalCosmos.WellKnownKey};";

    public IReadOnlyDictionary<string, OperationCount> Counts => new Dictionary<string, OperationCount>(_counts);

    public static async Task<CountingGateway> StartAsync(CosmosStore store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gateway = new CountingGateway(new HttpMessageInvoker(new CosmosGatewayHandler(store)), builder.Build());
        gateway._app.Run(gateway.ForwardAsync);
        await gateway._app.StartAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _gateway.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var answer = await _gateway.SendAsync(await MessageAsync(context.Request), context.RequestAborted);
        Count(context.Request, answer);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
            context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task<HttpRequestMessage> MessageAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        // The raw target: names in the path stay encoded as the client signed them.
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var message = new HttpRequestMessage(new HttpMethod(request.Method),
            new Uri($"{request.Scheme}://{request.Host}{target}"))
        { Content = new ByteArrayContent(body.ToArray()) };
        foreach (var (name, values) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray()))
                message.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return message;
    }

    private void Count(HttpRequest request, HttpResponseMessage answer)
    {
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["dbs", _, "colls", var container, "docs", ..])
            return;
        var units = answer.Headers.TryGetValues("x-ms-request-charge", out var charges)
            ? double.Parse(charges.First(), CultureInfo.InvariantCulture) : 0;
        var kind = $"{Kind(request)} {container}{((int)answer.StatusCode is >= 400 and var refused ? $" ({refused})" : "")}";
        _counts.AddOrUpdate(kind, new OperationCount(1, units), (_, soFar) =>
            new OperationCount(soFar.Requests + 1, soFar.RequestUnits + units));
    }

    private static string Kind(HttpRequest request)
    {
        bool Flag(string header) => request.Headers[header].ToString().Equals("true", StringComparison.OrdinalIgnoreCase);
        return request.Method switch
        {
            "POST" when Flag("x-ms-cosmos-is-batch-request") => "batch",
            "POST" when Flag("x-ms-documentdb-isquery") || Flag("x-ms-cosmos-is-query-plan-request") => "query",
            "POST" => Flag("x-ms-documentdb-is-upsert") ? "upsert" : "create",
            "GET" when request.Headers.ContainsKey("A-IM") => "change feed",
            "GET" => "read",
            "PUT" => "replace",
            var method => method.ToLowerInvariant(),
        };
    }
}
