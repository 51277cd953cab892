using System.Text.RegularExpressions;
using Console.Tests.Support;
using Microsoft.Playwright;

namespace Console.Tests;

/// <summary>What an operator sees and does.</summary>
public sealed class OperationsTests(BrowserFixture browser)
{
    private const string Coat = "84406B";

    [Fact]
    public async Task An_operator_finds_an_order_and_sees_what_it_wrote()
    {
        await using var buyer = await browser.OpenAsync();
        await buyer.SignInAsync("buyer-ops");
        var orderId = await OrderAsync(buyer);
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);

        await console.GoAsync("search");
        await console.Page.GetByLabel("User").FillAsync("buyer-ops");
        await console.Page.GetByLabel("Product").FillAsync(Coat);
        await console.Page.GetByLabel("State").SelectOptionAsync("paid");
        await console.ClickAsync("Find");
        await Expect(console.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await console.Page.GetByRole(AriaRole.Link, new() { Name = orderId }).ClickAsync();

        await Expect(console.Page.Locator(".steps strong"))
            .ToHaveTextAsync(["placed, its money held", "stock taken", "paid", "event delivered"], new() { Timeout = 30_000 });
        await console.PictureAsync("order-steps");
        await console.Page.GetByRole(AriaRole.Link, new() { Name = "The event about its payment" }).ClickAsync();
        await Expect(console.Page.Locator("pre")).ToContainTextAsync("\"commerce.order.paid\"");
        console.AssertQuiet("an order's steps");
    }

    [Fact]
    public async Task A_stock_is_adjusted_once_and_the_movement_is_shown()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);
        await console.GoAsync("stock/10125");
        await console.Page.GetByLabel("Pieces to add or take off").FillAsync("7");
        await console.Page.GetByLabel("Reason").FillAsync("found behind the shelf");

        await console.Page.GetByRole(AriaRole.Button, new() { Name = "Adjust", Exact = true }).DblClickAsync();

        // Others may buy it meanwhile.
        await Expect(console.Page.Locator("tbody tr").First).ToBeVisibleAsync();
        await Expect(console.Page.Locator("tbody tr", new() { HasText = "found behind the shelf" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task An_import_says_what_it_would_change_before_it_does()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);
        await console.GoAsync("import");
        await console.Page.GetByLabel("File").SetInputFilesAsync(new FilePayload
        {
            Name = "catalog.csv",
            MimeType = "text/csv",
            Buffer = "productId,name,price,stock\nnew-lamp,\"LAMP, \"\"GREEN\"\"\",9900,5\n10133,COLOURING PENCILS BROWN TUBE,1500,0\n"u8.ToArray(),
        });

        await Expect(console.Page.GetByText("1 products would be new, 1 would change, 0 would stay as they are.")).ToBeVisibleAsync();
        await console.ClickAsync("Import");
        await Expect(console.Notice).ToContainTextAsync("2 rows: 1 new, 1 changed");
        await console.GoAsync("product/new-lamp");
        await Expect(console.Page.Locator("h1")).ToHaveTextAsync("LAMP, \"GREEN\"");
    }

    /// <summary>The platform hangs, two hundred buy and do not notice; it comes back, and gets everything.</summary>
    [Fact]
    public async Task The_platform_hangs_while_two_hundred_buy_and_comes_back()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);
        await console.Page.GetByLabel("Let the data platform hang").CheckAsync();

        await console.ClickAsync("200 customers buy at once");
        await Expect(console.Page.Locator("#rush"))
            .ToHaveTextAsync(new Regex(@"stock: \d+ paid, \d+ refused, 0 without an answer"), new() { Timeout = 60_000 });
        await Expect(console.Page.GetByRole(AriaRole.Button, new() { Name = "200 customers buy at once" }))
            .ToBeEnabledAsync(new() { Timeout = 60_000 });
        await Expect(console.Page.Locator("#backlog")).Not.ToHaveTextAsync("0", new() { Timeout = 60_000 });
        await console.ClickAsync("Check now");
        // The verdict of before is shown until there is another one.
        await Expect(console.Page.GetByRole(AriaRole.Button, new() { Name = "Check now" })).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await Expect(console.Page.Locator(".badge.holds")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(console.Page.GetByText("half within")).ToBeVisibleAsync();
        await console.PictureAsync("console");

        await console.Page.GetByLabel("Let the data platform hang").UncheckAsync();
        await Expect(console.Page.Locator("#backlog")).ToHaveTextAsync("0", new() { Timeout = 100_000 });
        console.AssertQuiet("a rush");
    }

    private static async Task<string> OrderAsync(ConsolePage buyer)
    {
        await buyer.ChargeAsync(100_000);
        await buyer.PutInCartAsync(Coat, 2);
        await buyer.GoAsync("cart");
        await buyer.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Buy for ") }).ClickAsync();
        await Expect(buyer.Page.Locator(".badge")).ToHaveTextAsync("paid");
        return (await buyer.Page.Locator("h1").TextContentAsync())!["Order ".Length..];
    }
}
