using System.Text.Json;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Delivery;

/// <summary>A shop of its own with the mock data platform that comes with a local run, which can be told to misbehave.</summary>
public sealed class OutageShop : IAsyncLifetime
{
    private static readonly (string, string)[] Settings = [("DataPlatform:ProbeSecondsMax", "1"), ("DataPlatform:TimeoutSeconds", "1")];

    private readonly TemporaryFolder _folder = new();
    private ShopProcess? _process;
    private int _orders;

    public ShopClient Client { get; private set; } = null!;

    public string UserId { get; private set; } = "";

    public string ProductId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        ProductId = await Client.AddProductAsync(10, 100_000);
        UserId = await Client.AddUserAsync(1_000_000);
    }

    /// <summary>Kills the process and starts it again on its data. The mock forgets how it was told to behave.</summary>
    public async Task RestartAsync()
    {
        await _process!.KillAsync();
        Client.Dispose();
        await StartAsync();
    }

    /// <summary>Tells the platform how to behave; nothing makes it well again.</summary>
    public async Task BehaveAsync(object? behaviour = null) =>
        (await Client.SendAsync(HttpMethod.Put, "/local/webhooks/data-platform/behaviour", behaviour ?? new { })).Expect(200);

    /// <summary>Places an order.</summary>
    /// <returns>The id of its event.</returns>
    public async Task<string> OrderAsync(params IEnumerable<(string Name, string Value)> headers)
    {
        var order = await Client.OrderAsync(UserId, $"k{Interlocked.Increment(ref _orders)}", headers, [(ProductId, 1)]);
        return order.Expect(201).Text("orderId") + ".paid";
    }

    /// <summary>Waits until a delivery is in a state.</summary>
    public Task<Answer> InStateAsync(string eventId, string state) => Eventually.Async(
        () => Client.GetAsync($"/api/ops/deliveries/{eventId}"),
        answer => answer.Code == 200 && answer.Json.GetProperty("delivery").GetProperty("state").GetString() == state,
        $"{eventId} to be {state}");

    public async Task<Answer> StatusAsync() => (await Client.GetAsync("/api/ops/deliveries/status")).Expect(200);

    /// <summary>What the platform has.</summary>
    public async Task<Answer> PlatformAsync() => (await Client.GetAsync("/local/webhooks/data-platform?limit=1000")).Expect(200);

    /// <summary>Waits until the platform has just these events.</summary>
    public Task<Answer> PlatformHasAsync(IReadOnlyCollection<string> eventIds) => Eventually.Async(
        PlatformAsync, answer => EventIds(answer).ToHashSet().SetEquals(eventIds), $"{eventIds.Count} events at the platform");

    public static IEnumerable<string> EventIds(Answer platform) =>
        platform.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!);

    public static JsonElement Find(Answer platform, string eventId) =>
        platform.Json.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("id").GetString() == eventId);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _process = await ShopProcess.StartAsync(_folder.Path, Settings);
        Client = new ShopClient(_process.Address);
    }
}
