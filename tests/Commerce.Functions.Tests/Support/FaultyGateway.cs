using System.Net;
using System.Text;

namespace Commerce.Functions.Tests.Support;

/// <summary>
/// Between a client and the gateway: loses answers after the work is done, and turns requests away before. Seeded, so that a run can
/// be repeated as far as the order of requests is the same.
/// </summary>
/// <param name="seed">Chooses which requests suffer.</param>
/// <param name="faultRate">Share of the document writes that do, 0 to 1.</param>
internal sealed class FaultyGateway(int seed, double faultRate) : DelegatingHandler
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private int _faults;

    public int Faults => _faults;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var dice = IsWrite(request) ? Roll() : 1;
        if (dice >= faultRate)
            return await base.SendAsync(request, cancellationToken);
        Interlocked.Increment(ref _faults);
        if (dice < faultRate / 3)
            return Answer(request, HttpStatusCode.TooManyRequests, ("x-ms-retry-after-ms", "1"));
        // The work is done, and nobody hears of it.
        using var lost = await base.SendAsync(request, cancellationToken);
        return Answer(request, HttpStatusCode.RequestTimeout);
    }

    private static bool IsWrite(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.Contains("/docs", StringComparison.Ordinal)
        && request.Method != HttpMethod.Get
        && !request.Headers.Contains("x-ms-documentdb-isquery")
        && !request.Headers.Contains("x-ms-cosmos-is-query-plan-request");

    private double Roll()
    {
        lock (_lock)
            return _random.NextDouble();
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        var message = new HttpResponseMessage(status)
        {
            RequestMessage = request,
            Content = new StringContent("""{"code":"fault","message":"injected"}""", Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }
}
