using Console.Tests.Support;
using Microsoft.Playwright;

namespace Console.Tests;

/// <summary>What is around all views: addresses, the way back from the issuer, and reading again.</summary>
public sealed class FrameTests(BrowserFixture browser)
{
    /// <summary>Nothing is between what is drawn and what is watched: the address changes the moment that the first view is there.</summary>
    [Fact]
    public async Task An_address_that_changes_while_the_page_comes_up_is_followed()
    {
        await using var console = await browser.OpenAsync();
        await console.Page.AddInitScriptAsync(
            """
            new MutationObserver((_, observer) => {
              if (!document.querySelector('h1')) return;
              observer.disconnect();
              location.hash = '#/cart';
            }).observe(document, { childList: true, subtree: true });
            """);

        await console.GoAsync();

        await Expect(console.Page.Locator("h1")).ToHaveTextAsync("Cart");
    }

    [Fact]
    public async Task A_sign_in_that_comes_to_nothing_is_told()
    {
        await using var console = await browser.OpenAsync();

        await console.Page.GotoAsync(new Uri(console.Shop, "/api/console?code=c&state=of-nobody").ToString());

        await Expect(console.Notice).ToContainTextAsync("The sign-in did not succeed.");
        await Expect(console.Page.Locator("h1")).ToHaveTextAsync("Shelves");
    }

    [Theory]
    [InlineData("product/%zz")]
    [InlineData("%")]
    public async Task An_address_that_is_no_escape_is_one_of_nothing(string address)
    {
        await using var console = await browser.OpenAsync();

        await console.Page.GotoAsync(new Uri(console.Shop, "/api/console").ToString() + $"#/{address}");

        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "Commerce" })).ToBeVisibleAsync();
        console.AssertQuiet(address);
    }

    [Fact]
    public async Task What_was_filled_in_for_one_thing_is_not_there_for_another()
    {
        await using var console = await browser.OpenAsync();
        await console.GoAsync("product/71053");
        await console.Page.GetByLabel("Pieces").FillAsync("7");

        await console.GoAsync("product/10002");

        await Expect(console.Page.Locator("dd").First).ToHaveTextAsync("10002");
        await Expect(console.Page.GetByLabel("Pieces")).ToHaveValueAsync("1");
    }

    /// <summary>The view reads every two seconds. Were each try to end the one before, a slow line would never get an answer.</summary>
    [Fact]
    public async Task An_answer_that_takes_longer_than_the_interval_is_waited_for()
    {
        await using var console = await browser.OpenAsync();
        await console.Page.Clock.InstallAsync();
        var (asked, answer) = (0, new TaskCompletionSource());
        await console.Page.RouteAsync("**/api/products/71053", async route =>
        {
            asked++;
            await answer.Task;
            await route.ContinueAsync();
        });
        await console.GoAsync("product/71053");

        await console.Page.Clock.RunForAsync(10_000);
        Assert.Equal(1, asked);
        answer.SetResult();

        await Expect(console.Page.Locator("dd").First).ToHaveTextAsync("71053");
        await console.Page.Clock.RunForAsync(2_000);
        await Eventually.HoldsAsync(() => asked >= 2);
    }
}
