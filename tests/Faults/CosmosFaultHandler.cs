using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Faults;

/// <summary>
/// Stands in front of the Cosmos gateway and breaks things as the service and the network do.
/// </summary>
/// <param name="plan">Which faults.</param>
public sealed class CosmosFaultHandler(FaultPlan plan) : DelegatingHandler
{
    private int _overtakings;

    /// <summary>Called with every request before it is carried out and after; what it throws breaks the connection.</summary>
    public Func<CosmosCall, bool, Task>? Watch { get; set; }

    /// <summary>Chooses faults instead of the plan.</summary>
    public Func<CosmosCall, CosmosFault>? Choose { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = await CosmosCall.OfAsync(request);
        var fault = Choose?.Invoke(call) ?? plan.Next(call);
        switch (fault)
        {
            case CosmosFault.Throttled:
                return Refusal(request, HttpStatusCode.TooManyRequests, plan.Pause(call));
            case CosmosFault.TimeoutBefore:
                return Refusal(request, HttpStatusCode.RequestTimeout);
            case CosmosFault.UnavailableBefore:
                return Refusal(request, HttpStatusCode.ServiceUnavailable);
            case CosmosFault.SessionNotAvailable:
                return Refusal(request, HttpStatusCode.NotFound, subStatus: 1002);
            case CosmosFault.RetryWith:
                return Refusal(request, (HttpStatusCode)449);
            case CosmosFault.ResetBefore:
                throw Reset();
            case CosmosFault.Overtaken:
                await OvertakeAsync(request, call, cancellationToken);
                break;
            case CosmosFault.Slow:
                await Task.Delay(plan.Pause(call), cancellationToken);
                break;
        }
        await (Watch?.Invoke(call, false) ?? Task.CompletedTask);
        var response = await base.SendAsync(request, cancellationToken);
        await (Watch?.Invoke(call, true) ?? Task.CompletedTask);
        return fault switch
        {
            CosmosFault.TimeoutAfter => Instead(response, Refusal(request, HttpStatusCode.RequestTimeout)),
            CosmosFault.UnavailableAfter => Instead(response, Refusal(request, HttpStatusCode.ServiceUnavailable)),
            CosmosFault.ResetAfter => throw Reset(),
            _ => response,
        };
    }

    /// <summary>Changes the head document of the request's partition, as a writer in another process would.</summary>
    private async Task OvertakeAsync(HttpRequestMessage request, CosmosCall call, CancellationToken cancellationToken)
    {
        var head = call.Container == "accounts" ? "account" : "product";
        var value = Interlocked.Increment(ref _overtakings);
        using var patch = new HttpRequestMessage(HttpMethod.Patch, new Uri($"{request.RequestUri!.AbsoluteUri.TrimEnd('/')}/{head}"))
        {
            Content = new StringContent(
                $$"""{"operations":[{"op":"set","path":"/overtaken","value":{{value}}}]}""", Encoding.UTF8, "application/json-patch+json"),
        };
        foreach (var (name, values) in request.Headers.Where(header => !header.Key.Contains("batch", StringComparison.OrdinalIgnoreCase)))
            patch.Headers.TryAddWithoutValidation(name, values);
        using var response = await base.SendAsync(patch, cancellationToken);
    }

    private static HttpRequestException Reset() => new("The connection was reset.", new IOException("Connection reset by peer"));

    private static HttpResponseMessage Instead(HttpResponseMessage of, HttpResponseMessage by)
    {
        of.Dispose();
        return by;
    }

    private static HttpResponseMessage Refusal(
        HttpRequestMessage request, HttpStatusCode status, TimeSpan? retryAfter = null, int subStatus = 0)
    {
        var response = new HttpResponseMessage(status)
        {
            RequestMessage = request,
            // The SDK tells it in its diagnostics, and the framework has no words for 449.
            ReasonPhrase = "Injected",
            Content = new ByteArrayContent("""{"code":"Injected","message":"Injected fault"}"""u8.ToArray())
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        response.Headers.TryAddWithoutValidation("x-ms-activity-id", Guid.NewGuid().ToString());
        response.Headers.TryAddWithoutValidation("x-ms-request-charge", "0");
        if (subStatus != 0)
            response.Headers.TryAddWithoutValidation("x-ms-substatus", subStatus.ToString(CultureInfo.InvariantCulture));
        if (retryAfter is { } pause)
            response.Headers.TryAddWithoutValidation("x-ms-retry-after-ms", pause.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        return response;
    }
}
