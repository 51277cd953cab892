using System.Text.RegularExpressions;
using Console.Tests.Support;
using Microsoft.Playwright;

namespace Console.Tests;

/// <summary>What holds of every view: anybody can use it, and nothing of it comes from elsewhere.</summary>
public sealed partial class EveryViewTests(BrowserFixture browser)
{
    private const double ShiftMax = 0.1;

    private const string EmptyAnswer =
        """{"userId":"olga","balance":0,"held":0,"available":0,"totalAmount":0,"items":[],"nextCursor":null,"windowStart":"2026-01-01T00:00:00Z","windowEnd":"2026-01-04T00:00:00Z","asOf":"2026-01-04T00:00:00Z"}""";

    private const string Broken =
        """{"type":"https://commerce.example/problems/internal-error","title":"A fault.","status":500,"detail":"It is safe to repeat it."}""";

    private static readonly string[] Views =
        ["", "product/71053", "cart", "wallet", "orders", "order/o-AAAAAAAAAAAAAAAAAAAAAA", "ops", "search",
            "steps/x/o-AAAAAAAAAAAAAAAAAAAAAA", "events", "event/none", "stock", "stock/71053", "import", "nowhere"];

    [Theory]
    [InlineData(1280, ColorScheme.Light, "en-US")]
    [InlineData(1280, ColorScheme.Dark, "ko-KR")]
    [InlineData(360, ColorScheme.Light, "en-US")]
    [InlineData(360, ColorScheme.Dark, "ko-KR")]
    public async Task Axe_finds_nothing_and_nothing_is_wider_than_the_page(int width, ColorScheme colors, string locale)
    {
        await using var console = await browser.OpenAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 800 },
            ColorScheme = colors,
            Locale = locale
        });
        await SignInAsync(console);
        // Where words stand and how much room there is does not change a colour, and the other way about: each of both widths, and of both
        // languages, is looked at whole once.
        var coloursOnly = (width, colors) is (1280, ColorScheme.Dark) or (360, ColorScheme.Light);

        foreach (var view in Views)
        {
            await console.Page.GotoAsync(new Uri(console.Shop, $"/api/console#/{view}").ToString());
            // Another part of the same page: the view before it is still there for a moment.
            await console.Page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            await console.Page.Locator("main h1, main .problem").First.WaitForAsync();
            await Expect(console.Page.Locator(".skeleton")).ToHaveCountAsync(0);
            await console.AssertSoundAsync($"{view} at {width}", coloursOnly);
            Assert.True(await console.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"),
                $"{view} is wider than {width}");
        }
    }

    /// <summary>The shop is slow, then it fails, then it is well again: nobody looks at an empty page meanwhile.</summary>
    [Fact]
    public async Task A_view_says_that_it_loads_that_it_failed_and_tries_again()
    {
        await using var console = await browser.OpenAsync();
        await SignInAsync(console);
        // Neither reads anything by itself.
        foreach (var view in Views.Except(["import", "nowhere"]))
        {
            await console.GoAsync("import");
            var answered = new TaskCompletionSource();
            await console.Page.RouteAsync(ApiCall(), async route =>
            {
                await answered.Task;
                await route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = Broken });
            });
            await console.Page.GotoAsync(new Uri(console.Shop, $"/api/console#/{view}").ToString());

            var main = console.Page.GetByRole(AriaRole.Main);
            await Expect(main.Locator(".skeleton").First).ToBeVisibleAsync();
            answered.SetResult();
            await Expect(main.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
            await Expect(main.Locator(".skeleton")).ToHaveCountAsync(0);
            await console.AssertSoundAsync($"{view}, failed");

            await console.Page.UnrouteAllAsync();
            var asked = console.Page.WaitForResponseAsync(ApiCall());
            await main.GetByRole(AriaRole.Button, new() { Name = "Try again" }).First.ClickAsync();
            await asked;
        }
    }

    /// <summary>A shop in which nothing has happened yet: each list says so, rather than be a blank.</summary>
    [Fact]
    public async Task A_list_without_anything_says_so()
    {
        await using var console = await browser.OpenAsync();
        await SignInAsync(console);
        // What the view after the sign-in reads is no list: it must not be there any more when everything is empty.
        await console.GoAsync("import");
        await Expect(console.Page.Locator("main input[type=file]")).ToBeVisibleAsync();
        // How the data platform is doing is no list.
        await console.Page.RouteAsync(ApiCall(), route => route.Request.Url.EndsWith("/status", StringComparison.Ordinal)
            ? route.ContinueAsync()
            : route.FulfillAsync(new() { ContentType = "application/json", Body = EmptyAnswer }));
        var empty = console.Page.Locator("main .empty");
        foreach (var view in (string[])["", "cart", "wallet", "orders", "search", "events", "stock"])
        {
            await console.GoAsync("import");
            await Expect(empty).ToHaveCountAsync(0);
            await console.Page.GotoAsync(new Uri(console.Shop, $"/api/console#/{view}").ToString());
            await Expect(empty.First).ToBeVisibleAsync();
            await Expect(console.Page.Locator(".skeleton")).ToHaveCountAsync(0);
            await console.AssertSoundAsync($"{view}, empty");
        }
    }

    /// <summary>Google's bound for a page that does not jump, for each view from its first paint until it has read everything.</summary>
    [Theory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task No_view_jumps_while_it_loads(int width)
    {
        await using var console = await browser.OpenAsync(new() { ViewportSize = new() { Width = width, Height = 800 } });
        await SignInAsync(console);
        await console.Page.AddInitScriptAsync(
            """
            window.shifts = 0;
            new PerformanceObserver(list => { for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts += shift.value; })
              .observe({ type: 'layout-shift', buffered: true });
            """);
        var shifts = new Dictionary<string, double>();
        foreach (var view in Views)
        {
            await console.Page.GotoAsync("about:blank");
            await console.GoAsync(view);
            await Expect(console.Page.Locator(".skeleton")).ToHaveCountAsync(0);
            await console.Page.EvaluateAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            shifts[view] = await console.Page.EvaluateAsync<double>("window.shifts");
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", shifts.Select(shift => $"{shift.Key}: {shift.Value:0.000}")));
        Assert.DoesNotContain(shifts, shift => shift.Value > ShiftMax);
    }

    [Fact]
    public async Task The_keyboard_leads_from_the_head_into_a_view()
    {
        await using var console = await browser.OpenAsync();
        await console.GoAsync();
        await Expect(console.Page.Locator("h1")).ToBeFocusedAsync();
        // Until the shelves are there, Tab leads past them.
        await Expect(console.Page.Locator(".product").First).ToBeVisibleAsync();
        await console.Page.GetByLabel("Search").PressAsync("Tab");
        await Expect(console.Page.Locator(".long-list")).ToBeFocusedAsync();
        await console.Page.Keyboard.PressAsync("Tab");
        await Expect(console.Page.Locator(".product a").First).ToBeFocusedAsync();
    }

    /// <summary>What the first visit costs: something is seen before the shop has answered anything, after little work of the page.</summary>
    [Fact]
    public async Task The_first_visit_is_small_and_quick_and_loads_nothing_from_elsewhere()
    {
        await using var console = await browser.OpenAsync();
        var painted = new TaskCompletionSource();
        await console.Page.RouteAsync("**/api/products*", async route =>
        {
            await painted.Task;
            await route.ContinueAsync();
        });
        // A page of the same site first: the process that draws is there, and its time is counted from here.
        await console.Page.GotoAsync(new Uri(console.Shop, "/api/health/live").ToString());

        var cpuMs = await console.CpuMsAsync(async () =>
        {
            await console.GoAsync();
            await console.Page.EvaluateAsync(
                "new Promise(done => new PerformanceObserver(list => list.getEntriesByName('first-contentful-paint').forEach(done))"
                    + ".observe({ type: 'paint', buffered: true }))");
        });
        Assert.Equal(0, await console.Page.Locator(".product").CountAsync());
        painted.SetResult();
        await Expect(console.Page.Locator(".product").First).ToBeVisibleAsync();
        var bytes = await console.Page.EvaluateAsync<double>(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter(entry => "
                + "entry.name.includes('/api/console')).reduce((sum, entry) => sum + entry.encodedBodySize, 0)");
        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes:0} bytes, first paint after {cpuMs:0} ms of work");

        Assert.InRange(bytes, 1, 150_000);
        Assert.InRange(cpuMs, 1, 500);
        console.AssertQuiet("the first visit");
    }

    [Fact]
    public async Task Ten_thousand_products_are_searched_as_quickly_as_somebody_types()
    {
        await using var console = await browser.OpenAsync();
        await console.Page.RouteAsync("**/api/products?*", route =>
        {
            var cursor = route.Request.Cursor();
            var first = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
            return route.AnswerAsync(new
            {
                items = Enumerable.Range(first, 100)
                    .Select(i => new { productId = $"p{i:00000}", name = $"PRODUCT NUMBER {i:00000}", price = 100, stock = 5 }),
                nextCursor = first + 100 < 10_000 ? $"{first + 100}" : null,
            });
        });
        await console.GoAsync();
        await console.Page.GetByLabel("Search").FillAsync("number");
        await Expect(console.Page.GetByText("10,000 of 10,000 products")).ToBeVisibleAsync(new() { Timeout = 60_000 });

        var cpuMs = await console.CpuMsAsync(() => console.Page.EvaluateAsync(
            """
            async () => {
              const input = document.querySelector('input[type=search]');
              input.value = 'product 9000';
              input.dispatchEvent(new InputEvent('input', { bubbles: true }));
              for (let frame = 0; frame < 1_000 && document.querySelector('.product .id')?.textContent !== 'p09000'; frame++)
                await new Promise(requestAnimationFrame);
            }
            """));

        TestContext.Current.TestOutputHelper?.WriteLine($"searched in {cpuMs:0} ms");
        await Expect(console.Page.Locator(".product .id").First).ToHaveTextAsync("p09000");
        Assert.InRange(await console.Page.Locator(".product").CountAsync(), 1, 60);
        Assert.InRange(cpuMs, 1, 200);
    }

    [Fact]
    public async Task Ten_thousand_orders_are_a_list_that_still_answers_at_once()
    {
        await using var console = await browser.OpenAsync();
        await SignInAsync(console);
        await console.Page.RouteAsync("**/api/ops/orders?*", route =>
        {
            var cursor = route.Request.Cursor();
            var first = cursor is null ? 0 : int.Parse(cursor, System.Globalization.CultureInfo.InvariantCulture);
            return route.AnswerAsync(new
            {
                items = Enumerable.Range(first, cursor is null ? 9_950 : 50).Select(i => new
                {
                    orderId = $"o-{i:0000000000000000000000}",
                    userId = "kim",
                    status = "paid",
                    lines = new[] { new { productId = "p1", name = "MUG", unitPrice = 100, quantity = 1, amount = 100 } },
                    totalAmount = 100,
                    createdAt = "2026-01-01T00:00:00Z",
                    paidAt = "2026-01-01T00:00:01Z",
                }),
                nextCursor = cursor is null ? "9950" : null,
            });
        });
        await console.GoAsync("search");
        await Expect(console.Page.Locator("main tbody tr")).ToHaveCountAsync(9_950, new() { Timeout = 60_000 });

        // One more page as the shop hands it out, and what is there is drawn.
        var cpuMs = await console.CpuMsAsync(() => console.Page.EvaluateAsync(
            """
            async () => {
              document.querySelector('p.more button').click();
              for (let frame = 0; frame < 10_000 && document.querySelectorAll('main tbody tr').length < 10_000; frame++)
                await new Promise(requestAnimationFrame);
              document.querySelector('main tbody tr:last-child').scrollIntoView();
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            }
            """));

        TestContext.Current.TestOutputHelper?.WriteLine($"drawn in {cpuMs:0} ms");
        await Expect(console.Page.Locator("main tbody tr")).ToHaveCountAsync(10_000);
        Assert.InRange(cpuMs, 1, 2_000);
    }

    /// <summary>Signs in where the texts may be in any language.</summary>
    private static async Task SignInAsync(ConsolePage console)
    {
        await console.GoAsync("ops");
        await console.Page.Locator("main button.primary").ClickAsync();
        await console.Page.GetByLabel("User id").FillAsync("olga");
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(console.Page.Locator(".user")).ToHaveTextAsync("olga");
    }

    [GeneratedRegex("/api/(?!console)")]
    private static partial Regex ApiCall();
}
