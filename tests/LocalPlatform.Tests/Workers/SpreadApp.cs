using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using LocalPlatform.Tests.Support;

namespace LocalPlatform.Tests.Workers;

/// <summary>The <see cref="SpreadFunctions"/> in a host and workers that are processes of their own.</summary>
internal sealed class SpreadApp : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly AppProcess _process;

    private SpreadApp((string Name, string Value)[] settings) =>
        _process = AppProcess.Start(nameof(ChildApps.SpreadAsync), _folder, settings);

    public HttpClient Http { get; private set; } = null!;

    public AppProcess Host => _process;

    /// <summary>Starts it with so many workers of some groups.</summary>
    public static async Task<SpreadApp> StartAsync(params (string Name, string Value)[] settings)
    {
        var app = new SpreadApp([.. settings.Select(setting => ($"LocalPlatform__Workers__{setting.Name}", setting.Value))]);
        app.Http = await app._process.ConnectAsync();
        return app;
    }

    /// <summary>The workers by their ids.</summary>
    public async Task<Dictionary<string, WorkerItem>> WorkersAsync() =>
        (await Http.GetFromJsonAsync<WorkerItem[]>("/local/workers"))!.ToDictionary(worker => worker.Id);

    /// <summary>What a function has noted of itself: the id of its process.</summary>
    public async Task<int> NotedAsync(string name)
    {
        await Eventually.HoldsAsync(() => File.Exists(_folder.File(name)));
        return int.Parse(await File.ReadAllTextAsync(_folder.File(name)), CultureInfo.InvariantCulture);
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    public static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    public sealed record WorkerItem(string Id, int ProcessId, bool IsReady);
}
