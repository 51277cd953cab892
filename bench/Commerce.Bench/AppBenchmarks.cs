using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Commerce.Bench;

/// <summary>
/// The whole app over HTTP, one request at a time, in this process, so that allocations are those of everything a request sets off:
/// pipeline, function, SDK, gateway, orchestration, delivery to the mock receiver. Those of the calling client are in them too:
/// <see cref="Liveness"/>, the baseline, is little else.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[WarmupCount(5)]
[IterationCount(5)]
public class AppBenchmarks
{
    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private static readonly byte[] OneLine = Body(1);
    private static readonly byte[] Basket = Body(Samples.BasketLines);

    private AppHost _app = null!;
    private int _sequence;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _app = await AppHost.StartAsync();
        var csv = new StringBuilder("productId,name,price,stock\n");
        for (var i = 0; i < Samples.ProductsMax; i++)
            csv.AppendLine(CultureInfo.InvariantCulture,
                $"{Samples.ProductId(i)},A product with a name of usual length {i},100,1000000000");
        using var catalog = new StringContent(csv.ToString(), Encoding.UTF8, "text/csv");
        using var imported = await _app.Client.PostAsync(new Uri("api/ops/products/import", UriKind.Relative), catalog);
        imported.EnsureSuccessStatusCode();
        for (var i = 0; i < 200; i++)
            await ChargeAsync(100_000_000);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _app.DisposeAsync();

    [Benchmark(Baseline = true)]
    public Task Liveness() => GetAsync("api/health/live");

    [Benchmark]
    public Task ReadProduct() => GetAsync("api/products/bench-product-001");

    [Benchmark]
    public Task ReadPageOfProducts() => GetAsync("api/products?limit=20");

    [Benchmark]
    public Task ReadTopFive() => GetAsync("api/products/top");

    [Benchmark]
    public Task Charge() => ChargeAsync(100);

    [Benchmark]
    public Task OrderOfOneLine() => PostAsync("api/users/bench-user/orders", OneLine);

    [Benchmark]
    public Task OrderOf21Lines() => PostAsync("api/users/bench-user/orders", Basket);

    private Task ChargeAsync(long amount) =>
        PostAsync("api/users/bench-user/balance/charges", Encoding.UTF8.GetBytes($$"""{"amount":{{amount}}}"""));

    private async Task GetAsync(string path)
    {
        using var answer = await _app.Client.GetAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    private async Task PostAsync(string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            new Uri(path, UriKind.Relative))
        { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = JsonType;
        request.Headers.Add("Idempotency-Key", $"bench-{Interlocked.Increment(ref _sequence)}");
        using var answer = await _app.Client.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private static byte[] Body(int lines) => Encoding.UTF8.GetBytes(
        $$"""{"items":[{{string.Join(',', Enumerable.Range(0, lines).Select(i => $$"""{"productId":"{{Samples.ProductId(i)}}","quantity":1}"""))}}]}""");
}
