using System.Text;
using Commerce.Load.Data;
using Commerce.Load.Http;

namespace Commerce.Load.Load;

/// <summary>
/// Puts into the shop what a run needs, over HTTP as anybody would: products by the operator's import, balances by charges.
/// </summary>
internal sealed class ShopSetup(ShopApi shop, int users, int products, string userPrefix = ShopSetup.UserPrefix)
{
    /// <summary>Won that each user of a load has to spend; a piece costs <see cref="Price"/>.</summary>
    public const long Funds = 1_000_000;
    public const long Price = 100;

    /// <summary>What the ids of users begin with, unless a run says otherwise.</summary>
    public const string UserPrefix = "load-user";
    public const int Stock = 1_000_000;
    private const int ImportRowsMax = 200;
    private const int Chargers = 16;
    private bool _imported;
    private bool _funded;

    /// <summary>Different for each run, so that a run's charges and products do not depend on earlier ones.</summary>
    public string RunId { get; } = Guid.NewGuid().ToString("N")[..8];

    public ShopApi Shop => shop;

    public int Users => users;

    public int Products => products;

    public static string UserId(int index, string prefix = UserPrefix) => $"{prefix}-{index + 1}";

    /// <summary>The id of one of this run's users.</summary>
    public string User(int index) => UserId(index, userPrefix);

    public static string ProductId(int index) => $"load-product-{index + 1}";

    /// <summary>Products that all scenarios share, in ample stock.</summary>
    public async Task EnsureProductsAsync(CancellationToken cancellationToken)
    {
        if (!_imported)
            await ImportAsync(Enumerable.Range(0, products)
                .Select(index => new CatalogItem(ProductId(index), $"Load product {index + 1}", Price, Stock)), cancellationToken);
        _imported = true;
    }

    /// <summary>Balances for all users.</summary>
    public async Task EnsureFundsAsync(CancellationToken cancellationToken)
    {
        if (!_funded)
        {
            var charges = Enumerable.Range(0, users).Select(index => (User(index), Funds, $"load-{RunId}-funds-{index}"));
            await Parallel.ForEachAsync(charges.Chunk((users / Chargers) + 1), cancellationToken, async (chunk, token) =>
                await ChargeAsync(chunk, token));
        }
        _funded = true;
    }

    public async Task ImportAsync(IEnumerable<CatalogItem> items, CancellationToken cancellationToken)
    {
        foreach (var rows in items.Chunk(ImportRowsMax))
        {
            var csv = Encoding.UTF8.GetBytes(CatalogFile.ToCsv(rows));
            await shop.EnsureAsync(
                new ShopRequest(HttpMethod.Post, shop.Endpoint.At("api/ops/products/import"), csv, ForOperator: true,
                    ContentType: "text/csv"), null, cancellationToken);
        }
    }

    private async Task ChargeAsync(IEnumerable<(string UserId, long Amount, string Key)> charges, CancellationToken cancellationToken)
    {
        using var exchange = new Exchange(shop.Endpoint, TimeSpan.FromSeconds(60));
        foreach (var (userId, amount, key) in charges)
        {
            var request = Requests.Charge(shop.Endpoint, userId, amount);
            var answer = await shop.SendAsync(exchange, request, key, cancellationToken);
            if (!answer.IsSuccess)
                throw new ShopUnreachableException(
                    $"{request.Uri.AbsolutePath} answered {Problem.Kind(answer)}: {Problem.Detail(answer.Body.Span)}");
        }
    }
}
