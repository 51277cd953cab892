using System.Diagnostics;

namespace Commerce.Load.Http;

/// <summary>What is read page by page, and the two documents that judge a run.</summary>
internal static class ShopReading
{
    private const int PageSize = 100;

    /// <summary>
    /// The audit reads every record there is, and is asked for right after the heaviest load. One answer waits for a minute.
    /// </summary>
    private static readonly TimeSpan AuditTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The whole catalog.</summary>
    public static async Task<IReadOnlyList<Product>> ProductsAsync(this ShopApi shop, CancellationToken cancellationToken)
    {
        List<Product> products = [];
        string? cursor = null;
        do
        {
            var page = await shop.GetAsync(Paged("api/products", cursor), ContractJson.Default.ProductPage, cancellationToken);
            products.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return products;
    }

    /// <summary>All orders of one user.</summary>
    public static async Task<IReadOnlyList<PlacedOrder>> OrdersAsync(this ShopApi shop, string userId, CancellationToken cancellationToken)
    {
        List<PlacedOrder> orders = [];
        string? cursor = null;
        do
        {
            var page = await shop.GetAsync(Paged($"api/users/{userId}/orders", cursor), ContractJson.Default.OrderPage, cancellationToken);
            orders.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return orders;
    }

    public static Task<TopList> TopAsync(this ShopApi shop, int limit, CancellationToken cancellationToken) =>
        shop.GetAsync($"api/products/top?limit={limit}", ContractJson.Default.TopList, cancellationToken);

    /// <summary>The audit when it has come to its end, or as far as it has come after ten minutes.</summary>
    public static async Task<Audit> AuditAsync(this ShopApi shop, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        Audit audit;
        while (!(audit = await AuditOnceAsync(shop, cancellationToken)).IsComplete && Stopwatch.GetElapsedTime(begun) < AuditTimeout)
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        return audit.IsComplete ? audit : audit with { Ok = false };
    }

    private static async Task<Audit> AuditOnceAsync(ShopApi shop, CancellationToken cancellationToken)
    {
        const string path = "api/ops/audit";
        using var exchange = new Exchange(shop.Endpoint, AuditTimeout);
        var request = new ShopRequest(HttpMethod.Get, shop.Endpoint.At(path), ForOperator: true);
        return ShopApi.Read(await shop.SendAsync(exchange, request, null, cancellationToken), path, ContractJson.Default.Audit);
    }

    private static string Paged(string path, string? cursor) =>
        cursor is null ? $"{path}?limit={PageSize}" : $"{path}?limit={PageSize}&cursor={Uri.EscapeDataString(cursor)}";
}
