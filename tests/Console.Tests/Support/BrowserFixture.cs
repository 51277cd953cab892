using Console.Tests.Support;
using EndToEnd.Tests.Support;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(BrowserFixture))]

namespace Console.Tests.Support;

/// <summary>One shop with the sample catalog, and one browser, for all tests: each signs in as somebody else.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string NoBrowser =
        "No Chromium is here: install Debian's `chromium-headless-shell` or `chromium`, or name one in COMMERCE_CHROMIUM.";

    private const float ExpectTimeoutMs = 30_000;

    /// <summary>The headless shell first: it takes half of what a whole browser does.</summary>
    private static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly TemporaryFolder _folder = new();
    private ShopProcess? _shop;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public Uri Shop => _shop!.Address;

    public async ValueTask InitializeAsync()
    {
        // A machine that is busy with other tests is slow, and says nothing about the page.
        SetDefaultExpectTimeout(ExpectTimeoutMs);
        if (FindBrowser() is not { } path)
            return;
        var shop = ShopProcess.StartAsync(_folder.Path, ("LocalPlatform:Seed", "true"), ("DataPlatform:TimeoutSeconds", "1"),
            ("DataPlatform:ProbeSecondsMax", "1"), ShopProcess.LivesLong);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path });
        _shop = await shop;
        // The first start fills the shelves in the background of its first moments.
        await Eventually.HoldsAsync(() =>
            _shop.Output.Contains("imported the sample catalog", StringComparison.Ordinal), "the sample catalog");
    }

    /// <summary>A page of its own; skips the test where there is no browser, which CI must not do.</summary>
    public async Task<ConsolePage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        if (_browser is null && Environment.GetEnvironmentVariable("CI") is not null)
            Assert.Fail(NoBrowser);
        Assert.SkipWhen(_browser is null, NoBrowser);
        var context = await _browser!.NewContextAsync(options
            ?? new() { ViewportSize = new() { Width = 1280, Height = 860 }, Locale = "en-US" });
        return new ConsolePage(await context.NewPageAsync(), Shop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_shop is not null)
            await _shop.DisposeAsync();
        _folder.Dispose();
    }

    private static string? FindBrowser()
    {
        var named = Environment.GetEnvironmentVariable("COMMERCE_CHROMIUM");
        if (!string.IsNullOrEmpty(named))
            return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}
