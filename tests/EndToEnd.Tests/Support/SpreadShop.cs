using System.Diagnostics;
using System.Text.Json;

namespace EndToEnd.Tests.Support;

/// <summary>
/// The shop as Azure runs it: HTTP, Durable, Service Bus and timers in processes of their own, with memories of their own, on one store,
/// one hub and one queue. Two processes answer requests and two run orders; each call goes to the next.
/// </summary>
public sealed class SpreadShop : IAsyncDisposable
{
    private static readonly (string Name, string Value)[] Workers =
    [
        ("LocalPlatform:Workers:http", "2"), ("LocalPlatform:Workers:durable", "2"),
        ("LocalPlatform:Workers:serviceBus", "1"), ("LocalPlatform:Workers:timers", "1"),
    ];

    /// <summary>What the workers are called.</summary>
    public static IReadOnlyList<string> WorkerIds { get; } =
        ["durable-1", "durable-2", "http-1", "http-2", "serviceBus-1", "timers-1"];

    private readonly TemporaryFolder _folder = new();
    private readonly (string Name, string Value)[] _settings;
    private ShopProcess? _host;
    private ShopClient? _client;

    private SpreadShop((string Name, string Value)[] settings) => _settings = settings;

    /// <summary>A client.</summary>
    public ShopClient Client => _client!;

    /// <summary>Where its data is; nobody has it open once it is stopped.</summary>
    public string DataPath => _folder.Path;

    /// <param name="settings">Settings besides the usual ones.</param>
    public static async Task<SpreadShop> StartAsync(params (string Name, string Value)[] settings)
    {
        var shop = new SpreadShop(settings);
        await shop.StartAsync();
        return shop;
    }

    /// <summary>SIGKILL for one of the workers, such as <c>durable-1</c>. Another is started in its place.</summary>
    public async Task KillAsync(string workerId)
    {
        using var process = Process.GetProcessById((await WorkersAsync()).Single(worker => worker.Id == workerId).ProcessId);
        process.Kill();
    }

    /// <summary>The workers that there are to be.</summary>
    public async Task<IReadOnlyList<Worker>> WorkersAsync() =>
        JsonSerializer.Deserialize<Worker[]>((await Client.GetAsync("/local/workers")).Expect(200).Body, JsonSerializerOptions.Web)!;

    /// <summary>Waits until all workers are at work.</summary>
    public Task CompleteAsync() => Eventually.Async(
        WorkersAsync, workers => workers.Count == WorkerIds.Count && workers.All(worker => worker.IsReady), "all workers to be there");

    /// <summary>SIGTERM, and waits for the end of all processes.</summary>
    public async Task StopAsync() => Assert.Equal(0, await _host!.StopAsync());

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_host is not null)
            await _host.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _host = await ShopProcess.StartAsync(_folder.Path, [.. Workers, .. _settings]);
        _client = new ShopClient(_host.Address);
    }

    public sealed record Worker(string Id, int ProcessId, bool IsReady);
}
