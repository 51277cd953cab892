using System.Text.RegularExpressions;
using Console.Tests.Support;
using Microsoft.Playwright;

namespace Console.Tests;

/// <summary>What a buyer does.</summary>
public sealed partial class ShopTests(BrowserFixture browser)
{
    private const string Lantern = "71053";
    private const string Globe = "10002";

    [Fact]
    public async Task A_buyer_signs_in_browses_charges_buys_is_refused_and_cancels()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("buyer-1");

        await console.GoAsync();
        await console.Page.GetByLabel("Search").FillAsync("white metal lantern");
        await Expect(console.Page.Locator(".hint").First).ToContainTextAsync(new Regex("of 58[45] products"));
        await Expect(console.Page.Locator(".product").First).ToContainTextAsync("WHITE METAL LANTERN");
        await console.PictureAsync("shelves");
        await console.PutInCartAsync(Lantern, 2);

        await console.GoAsync("cart");
        await BuyAsync(console);
        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The balance is too low: 11,860 won needed, 0 won there.");

        await console.ChargeAsync(20_000);
        await console.GoAsync("cart");
        await BuyAsync(console);
        await Expect(console.Page.Locator("h1")).ToContainTextAsync("Order o-");
        await Expect(console.Page.Locator(".badge")).ToHaveTextAsync("paid");
        await console.ClickAsync("Cancel the order");
        await console.ClickAsync("Cancel it");
        await Expect(console.Page.Locator(".badge")).ToHaveTextAsync("cancelled");

        await console.GoAsync("wallet");
        await Expect(console.Page.Locator(".figure")).ToContainTextAsync("₩20,000");
        await Expect(console.Page.Locator("tbody tr")).ToHaveTextAsync([new Regex("refund"), new Regex("payment"), new Regex("charge")]);
        console.AssertQuiet("a purchase");
    }

    [Fact]
    public async Task What_is_more_than_there_is_is_refused_with_the_numbers()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("buyer-2");
        await console.ChargeAsync(1_000_000_000);
        await console.PutInCartAsync(Globe, 100_000);

        await console.GoAsync("cart");
        await BuyAsync(console);

        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync(NotEnough());
        await Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_double_click_buys_once()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("buyer-3");
        await console.ChargeAsync(50_000);
        await console.PutInCartAsync(Lantern);

        await console.GoAsync("cart");
        await BuyButton(console).DblClickAsync();
        await Expect(console.Page.Locator(".badge")).ToHaveTextAsync("paid");

        await console.GoAsync("orders");
        await Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
    }

    /// <summary>
    /// The shop has the order, the browser never hears of it, and the page is loaded anew: the same purchase is asked for again.
    /// </summary>
    [Fact]
    public async Task A_purchase_whose_answer_is_lost_is_carried_on_by_a_reload_and_bought_once()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("buyer-4");
        await console.ChargeAsync(50_000);
        await console.PutInCartAsync(Lantern);
        await console.GoAsync("cart");
        await console.Page.RouteAsync("**/cart/checkout", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        }, new() { Times = 1 });

        await BuyAsync(console);
        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not answer");
        await console.Page.ReloadAsync();

        await Expect(console.Page.Locator(".badge")).ToHaveTextAsync("paid");
        await console.GoAsync("orders");
        await Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await console.GoAsync("wallet");
        await Expect(console.Page.Locator(".figure")).ToContainTextAsync("₩44,070");
    }

    [Fact]
    public async Task Korean_is_spoken_and_remembered()
    {
        await using var console = await browser.OpenAsync();
        await console.GoAsync();
        await console.ClickAsync("한국어");
        await Expect(console.Page.Locator("h1")).ToHaveTextAsync("상품");
        await console.Page.ReloadAsync();
        await Expect(console.Page.Locator("h1")).ToHaveTextAsync("상품");
        await Expect(console.Page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
    }

    private static Task BuyAsync(ConsolePage console) => BuyButton(console).ClickAsync();

    private static ILocator BuyButton(ConsolePage console) =>
        console.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Buy for ") });

    [GeneratedRegex("Not enough in stock of 10002: 100,000 wanted, [1-9][0-9]* there")]
    private static partial Regex NotEnough();
}
