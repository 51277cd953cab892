using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using HdrHistogram;

namespace Commerce.Bench.Storage;

/// <summary>A shop that runs on a data folder, and a caller, or a crowd of them, who time each request. One call at a time.</summary>
internal sealed class MeasuredShop : IAsyncDisposable
{
    private const string Buyer = "cliff-buyer";
    private const string Product = "P000001";
    private const long Funds = 1_000_000_000;
    private const int PageSize = 20;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly ShopEndpoint _endpoint;
    private readonly Exchange _exchange;
    private readonly ShopApi _api;
    private int _keys;

    private MeasuredShop(Process process, string url)
    {
        _process = process;
        _endpoint = new ShopEndpoint(url, null, null, isPublicUnsigned: true, Timeout, TimeProvider.System);
        _exchange = new Exchange(_endpoint, Timeout);
        _api = new ShopApi(_endpoint, Timeout, TimeProvider.System);
    }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Resident memory, in units of 1,048,576 bytes.</summary>
    public double ResidentMb
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    public ShopRequest FirstPage => Requests.Get(_endpoint, $"api/products?limit={PageSize}");

    public ShopRequest Order => Requests.Order(_endpoint, Buyer, Requests.OrderBody([(Product, 1)]));

    public static async Task<MeasuredShop> StartAsync(string shopPath, string folder)
    {
        var url = ShopProcess.FreeUrl();
        var startedAt = DateTimeOffset.UtcNow;
        var process = ShopProcess.Start(shopPath, url, new() { ["LocalPlatform__DataPath"] = folder, ["LocalPlatform__Seed"] = "false" });
        await ShopProcess.WaitUntilReadyAsync(url);
        return new MeasuredShop(process, url) { StartedAt = startedAt };
    }

    public ShopRequest Charge(string userId, long amount = 1) => Requests.Charge(_endpoint, userId, amount);

    /// <summary>Gives the buyer what the orders cost.</summary>
    public Task FundAsync(CancellationToken ct) => SendAsync(_exchange, Charge(Buyer, Funds), ct);

    /// <summary>Sends one kind of request so many times.</summary>
    public Task<LatencySummary> TimeAsync(ShopRequest request, int count, CancellationToken ct)
    {
        var sent = 0;
        return TimeWhileAsync(request, () => Task.FromResult(sent++ < count), ct);
    }

    /// <summary>Sends one kind of request as long as the condition holds.</summary>
    public async Task<LatencySummary> TimeWhileAsync(ShopRequest request, Func<Task<bool>> isSo, CancellationToken ct)
    {
        var times = Latencies.Empty();
        while (await isSo())
            await TimeAsync(_exchange, request, times, ct);
        return LatencySummary.Of(times);
    }

    /// <summary>Has so many users charge their balances at once, each one charge after the other, as long as the condition holds.</summary>
    public async Task<LatencySummary> TimeCrowdWhileAsync(int users, Func<bool> isSo, CancellationToken ct)
    {
        var all = Latencies.Empty();
        foreach (var times in await Task.WhenAll(Enumerable.Range(0, users).Select(n => Task.Run(() => ChargeWhileAsync($"cliff-crowd-{n}"), ct))))
            all.Add(times);
        return LatencySummary.Of(all);

        async Task<LongHistogram> ChargeWhileAsync(string userId)
        {
            using var exchange = new Exchange(_endpoint, Timeout);
            var times = Latencies.Empty();
            while (isSo())
                await TimeAsync(exchange, Charge(userId), times, ct);
            return times;
        }
    }

    /// <summary>
    /// Reads a list page by page, and begins again at its end, until it has been read to its end and so many pages were read.
    /// </summary>
    public async Task<LatencySummary> WalkAsync(string path, int pagesMin, CancellationToken ct)
    {
        var times = Latencies.Empty();
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
            var answer = await TimeAsync(_exchange, Requests.Get(_endpoint, $"{path}?limit={PageSize}{next}"), times, ct);
            using var page = JsonDocument.Parse(answer.Body);
            cursor = page.RootElement.TryGetProperty("nextCursor", out var found) ? found.GetString() : null;
        }
        while (cursor is not null || times.TotalCount < pagesMin);
        return LatencySummary.Of(times);
    }

    /// <summary>Every sale before this is among the best sellers; null when there is no list yet.</summary>
    public async Task<DateTimeOffset?> RankedUntilAsync(CancellationToken ct) => (await _api.TopAsync(1, ct)).AsOf;

    /// <summary>Has the books audited by a caller of its own, as long as an answer waits.</summary>
    public async Task AuditAsync(CancellationToken ct)
    {
        using var exchange = new Exchange(_endpoint, Timeout);
        var request = new ShopRequest(HttpMethod.Get, _endpoint.At("api/ops/audit"), ForOperator: true);
        Check(await exchange.SendAsync(request, null, ct), request);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _api.Dispose();
        _exchange.Dispose();
        _endpoint.Dispose();
    }

    private async Task<Answer> TimeAsync(Exchange exchange, ShopRequest request, LongHistogram times, CancellationToken ct)
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = await SendAsync(exchange, request, ct);
        times.RecordValue((long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        return answer;
    }

    private async Task<Answer> SendAsync(Exchange exchange, ShopRequest request, CancellationToken ct)
    {
        var key = request.NeedsKey ? string.Create(CultureInfo.InvariantCulture, $"cliff-{_process.Id}-{Interlocked.Increment(ref _keys)}") : null;
        return Check(await exchange.SendAsync(request, key, ct), request);
    }

    private static Answer Check(Answer answer, ShopRequest request) => answer.Status is 200 or 201
        ? answer
        : throw new InvalidOperationException($"{request.Method} {request.Uri} answered {Problem.Kind(answer)}");
}
