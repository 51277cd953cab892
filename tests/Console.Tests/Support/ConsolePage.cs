using System.Collections.Concurrent;
using System.Reflection;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Console.Tests.Support;

/// <summary>The console in a browser tab of its own, as a person works it: by what is written on it.</summary>
public sealed class ConsolePage : IAsyncDisposable
{
    private static readonly Lazy<string> AxeScript = new(static () => new BundledAxeScriptProvider().GetScript());

    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<Uri> _requests = new();

    public ConsolePage(IPage page, Uri shop)
    {
        (Page, Shop) = (page, shop);
        page.Console += (_, message) =>
        {
            // A refusal is told by the browser, too; what else it has to complain of is a fault of the page.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) => _requests.Enqueue(new Uri(request.Url));
    }

    public IPage Page { get; }

    public Uri Shop { get; }

    /// <summary>What the page says of what was just done.</summary>
    public ILocator Notice => Page.Locator(".notice");

    /// <summary>What was asked for, wherever.</summary>
    public IReadOnlyCollection<Uri> Requests => _requests;

    /// <summary>Opens a view by its address.</summary>
    public async Task GoAsync(string view = "")
    {
        await Page.GotoAsync(new Uri(Shop, $"/api/console#/{view}").ToString());
        await Page.Locator("h1").First.WaitForAsync();
    }

    /// <summary>Signs in by the issuer's page. An operator asks for more than a buyer does.</summary>
    public async Task SignInAsync(string userId, bool asOperator = false)
    {
        await GoAsync(asOperator ? "ops" : "wallet");
        await Page.GetByRole(AriaRole.Main)
            .GetByRole(AriaRole.Button, new() { Name = asOperator ? "Sign in as an operator" : "Sign in", Exact = true }).ClickAsync();
        await Page.GetByLabel("User id").FillAsync(userId);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(Page.Locator(".user")).ToHaveTextAsync(userId);
    }

    public async Task ChargeAsync(long amount)
    {
        await GoAsync("wallet");
        await Page.GetByLabel("Won to charge").FillAsync($"{amount}");
        await ClickAsync("Charge");
        await Expect(Notice).ToContainTextAsync("charged");
    }

    public async Task PutInCartAsync(string productId, int quantity = 1)
    {
        await GoAsync($"product/{productId}");
        await Page.GetByLabel("Pieces").FillAsync($"{quantity}");
        await Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { NameRegex = new("^Add ") }).ClickAsync();
        await Expect(Notice).ToContainTextAsync("is in the cart");
    }

    public Task ClickAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    /// <summary>A picture for the documents; kept there when COMMERCE_PICTURES says so.</summary>
    public async Task PictureAsync(string name)
    {
        var folder = Environment.GetEnvironmentVariable("COMMERCE_PICTURES") is null ? null : typeof(ConsolePage).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "PicturesPath").Value;
        var picture = await Page.ScreenshotAsync(new()
        {
            Path = folder is null ? null : Path.Combine(folder, $"{name}.png"),
            Animations = ScreenshotAnimations.Disabled
        });
        Assert.NotEmpty(picture);
    }

    /// <summary>
    /// CPU time of the page's main thread that something takes, in milliseconds: how long it would have to be waited for if nothing else
    /// were at work on this machine.
    /// </summary>
    public async Task<double> CpuMsAsync(Func<Task> work)
    {
        var tools = await Page.Context.NewCDPSessionAsync(Page);
        await tools.SendAsync("Performance.enable");
        async Task<double> UsedAsync() => (await tools.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .Single(metric => metric.GetProperty("name").GetString() == "ThreadTime").GetProperty("value").GetDouble();
        var before = await UsedAsync();
        await work();
        var used = await UsedAsync() - before;
        await tools.DetachAsync();
        return used * 1000;
    }

    /// <summary>Nothing that axe finds, nothing that the browser complains of, and nothing asked for elsewhere.</summary>
    /// <param name="what">What the page shows.</param>
    /// <param name="coloursOnly">Whether axe looks at the colours alone.</param>
    public async Task AssertSoundAsync(string what, bool coloursOnly = false)
    {
        // The policy of the page lets no script in; what the browser's own tools evaluate is not asked.
        if (!await Page.EvaluateAsync<bool>("'axe' in window"))
            await Page.EvaluateAsync($"() => {{ {AxeScript.Value} }}");
        var found = await Page.EvaluateAsync<string[]>(
            "options => axe.run(options).then(run => run.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${one.help}: ${node.html}`)))",
            coloursOnly ? new { runOnly = (string[])["color-contrast"] } : new object());
        Assert.True(found.Length == 0, $"{what}: {string.Join('\n', found)}");
        AssertQuiet(what);
    }

    public void AssertQuiet(string what)
    {
        Assert.True(_complaints.IsEmpty, $"{what}: {string.Join('\n', _complaints)}");
        Assert.All(_requests, address =>
            Assert.True(address.Scheme == "data" || address.Authority == Shop.Authority, $"{what}: {address}"));
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();
}
