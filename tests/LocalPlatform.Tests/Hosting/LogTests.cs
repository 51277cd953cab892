using LocalPlatform.Tests.Support;

namespace LocalPlatform.Tests.Hosting;

/// <summary>What the app logs goes to the host over the worker's protocol, and must come out on its console.</summary>
public sealed class LogTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_the_app_logs_and_what_its_functions_throw_is_on_the_console()
    {
        await using var app = AppProcess.Start(nameof(ChildApps.FineAsync), _folder);
        using var http = await app.ConnectAsync();
        await http.GetAsync("/api/fine");
        await http.GetAsync("/api/unwell");
        await Eventually.HoldsAsync(() => app.Output.Contains("info: LocalPlatform.Tests.Hosting.FineFunctions", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() => app.Output.Contains("Asked for /api/fine", StringComparison.Ordinal));
        await Eventually.HoldsAsync(() =>
            app.Output.Contains("System.InvalidOperationException: unwell at /api/unwell", StringComparison.Ordinal));
        Assert.Equal(2, app.Output.Split("FineFunctions.Unwell(").Length);
        Assert.Empty(app.Errors);
    }

    [Fact]
    public async Task Levels_by_category_come_from_host_json()
    {
        _folder.With("host.json", """
            { "logging": { "logLevel": { "LocalPlatform.Tests.Hosting.FineFunctions": "Warning", "Microsoft.Hosting.Lifetime": "Information" } } }
            """);
        await using var app = AppProcess.Start(nameof(ChildApps.FineAsync), _folder);
        using (var http = await app.ConnectAsync())
            await http.GetAsync("/api/fine");
        await Eventually.HoldsAsync(() => app.Output.Contains("Application started", StringComparison.Ordinal));
        await app.SignalAsync("TERM");
        await app.EndAsync();
        Assert.DoesNotContain("Asked for", app.Output, StringComparison.Ordinal);
    }
}
