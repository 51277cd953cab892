using Console.Tests.Support;
using Microsoft.Playwright;

namespace Console.Tests;

/// <summary>Page by page, while stocks are read again and an import wants them all: none of it undoes another.</summary>
public sealed class ShelvesTests(BrowserFixture browser)
{
    private const string Csv = "productId,name,price,stock\np000,PRODUCT 0,100,5\np150,PRODUCT 150,100,5\nnew,NEW,100,5\n";

    private static readonly Dictionary<string, object?> Broken = new() { ["title"] = "A fault.", ["status"] = 500 };

    [Fact]
    public async Task A_stock_that_is_read_again_while_a_page_comes_stays()
    {
        await using var console = await browser.OpenAsync();
        var (held, release) = await HoldSecondPageAsync(console);
        var refreshed = new TaskCompletionSource();
        await console.Page.RouteAsync("**/api/products/p000", async route =>
        {
            // The first time only: a later one would mend what the page has undone.
            if (refreshed.Task.IsCompleted)
            {
                await route.AbortAsync();
                return;
            }
            await route.AnswerAsync(Product(0, stock: 3));
            refreshed.SetResult();
        });
        await console.GoAsync();
        await console.Page.GetByLabel("Search").FillAsync("product");
        await held;
        await Expect(console.Page.Locator(".product").First).ToContainTextAsync("3 in stock");

        release.SetResult();

        await Expect(console.Page.GetByText("200 of 200 products")).ToBeVisibleAsync();
        await Expect(console.Page.Locator(".product").First).ToContainTextAsync("3 in stock");
    }

    [Fact]
    public async Task An_import_is_compared_with_shelves_that_are_read_for_it()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);
        var (held, release) = await HoldSecondPageAsync(console);
        await console.GoAsync();
        await console.Page.GetByLabel("Search").FillAsync("product");
        await held;
        await console.GoAsync("import");
        var anew = console.Page.WaitForRequestAsync(request => IsPage(request) && request.Cursor() is null);

        await ChooseAsync(console);
        await anew;
        release.SetResult();

        await Expect(console.Page.GetByText("1 products would be new, 0 would change, 2 would stay as they are.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Shelves_that_cannot_be_read_to_their_end_are_not_compared_with()
    {
        await using var console = await browser.OpenAsync();
        await console.SignInAsync("olga", asOperator: true);
        await console.Page.RouteAsync("**/api/products?*", route => route.Request.Cursor() is null
            ? route.AnswerAsync(PageFrom(0))
            : route.AnswerAsync(Broken, status: 500));
        await console.GoAsync("import");

        await ChooseAsync(console);

        await Expect(console.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(console.Page.GetByText("would be new")).ToHaveCountAsync(0);
    }

    /// <summary>Two pages of a hundred products; the second waits the first time that it is asked for.</summary>
    private static async Task<(Task Held, TaskCompletionSource Release)> HoldSecondPageAsync(ConsolePage console)
    {
        var (held, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await console.Page.RouteAsync("**/api/products?*", async route =>
        {
            var isFirst = route.Request.Cursor() is null;
            if (!isFirst && held.TrySetResult())
                await release.Task;
            await route.AnswerAsync(PageFrom(isFirst ? 0 : 100));
        });
        return (held.Task, release);
    }

    private static Task ChooseAsync(ConsolePage console) => console.Page.GetByLabel("File").SetInputFilesAsync(new FilePayload
    {
        Name = "catalog.csv",
        MimeType = "text/csv",
        Buffer = System.Text.Encoding.UTF8.GetBytes(Csv),
    });

    private static object PageFrom(int first) => new
    {
        items = Enumerable.Range(first, 100).Select(i => Product(i, stock: 5)),
        nextCursor = first == 0 ? "100" : null,
    };

    private static object Product(int i, int stock) => new { productId = $"p{i:000}", name = $"PRODUCT {i}", price = 100, stock };

    private static bool IsPage(IRequest request) => new Uri(request.Url).AbsolutePath == "/api/products";
}
