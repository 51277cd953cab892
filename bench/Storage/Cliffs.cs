using System.Diagnostics;
using System.Globalization;
using Commerce.Functions.Ranking;
using Commerce.Load.Measuring;

namespace Commerce.Bench.Storage;

/// <summary>
/// What a buyer waits for where a shop might stumble: right after its start, while it catches up, while it is audited, and where it has
/// much of something. One buyer asks, one request after the other, or a crowd does; each figure stands beside that of the ordinary state in
/// the same run.
/// </summary>
/// <param name="shop">A shop right after its start, with a history, many products and a long ledger (<see cref="StoreFill"/>).</param>
/// <param name="narrow">One with few products.</param>
internal sealed class Cliffs(MeasuredShop shop, MeasuredShop narrow, TextWriter output)
{
    private const int Requests = 1_000;
    private const int Crowd = 32;
    public const int OrdersOfAnHour = 20_000;
    private const string Neighbour = "cliff-neighbour";

    private static readonly TimeSpan CrowdTime = TimeSpan.FromSeconds(15);

    public async Task RunAsync(CancellationToken ct)
    {
        await output.WriteLineAsync(
            "| what | requests | p50 ms | p99 ms | ordinary p50 | p99 | ratio of p50 | MB after it |\n|---|--:|--:|--:|--:|--:|--:|--:|");
        var orders = await StartedAsync("the first start", "with days", ct);
        var audit = shop.AuditAsync(ct);
        var audited = await shop.TimeWhileAsync(shop.Order, () => Task.FromResult(!audit.IsCompleted), ct);
        await audit;
        await WriteAsync("orders while the books are audited", audited, orders, shop.ResidentMb);
        var started = Stopwatch.GetTimestamp();
        var crowd = await shop.TimeCrowdWhileAsync(Crowd, () => Stopwatch.GetElapsedTime(started) < CrowdTime, ct);
        audit = shop.AuditAsync(ct);
        var auditedCrowd = await shop.TimeCrowdWhileAsync(Crowd, () => !audit.IsCompleted, ct);
        await audit;
        await WriteAsync($"charges of {Crowd} users at once meanwhile", auditedCrowd, crowd, shop.ResidentMb);
        await CompareListsAsync(ct);
    }

    /// <summary>A shop that was stopped for an hour, in which others have sold what it has to fold (<see cref="OrdersOfAnHour"/>).</summary>
    public async Task StartAgainAsync(CancellationToken ct) => await StartedAsync("a start", "with an hour", ct);

    /// <summary>What is asked for right after a start. Answers the times of ordinary orders.</summary>
    private async Task<LatencySummary> StartedAsync(string start, string behind, CancellationToken ct)
    {
        var page = await shop.TimeAsync(shop.FirstPage, 1, ct);
        await shop.FundAsync(ct);
        var order = await shop.TimeAsync(shop.Order, 1, ct);
        var folding = await shop.TimeWhileAsync(shop.Order, () => IsBehindAsync(ct), ct);
        var foldingMb = shop.ResidentMb;
        var pages = await shop.TimeAsync(shop.FirstPage, Requests, ct);
        var orders = await shop.TimeAsync(shop.Order, Requests, ct);
        await WriteAsync($"the first page after {start}", page, pages, shop.ResidentMb);
        await WriteAsync("the first order", order, orders, shop.ResidentMb);
        await WriteAsync($"orders while the best sellers catch up {behind}", folding, orders, foldingMb);
        return orders;
    }

    private async Task CompareListsAsync(CancellationToken ct)
    {
        const string Products = "api/products";
        static string Entries(string userId) => $"api/users/{userId}/balance/entries";
        await narrow.WalkAsync(Products, Requests, ct);
        var ordinary = await narrow.WalkAsync(Products, Requests, ct);
        await WriteAsync("every page of the catalog", await shop.WalkAsync(Products, Requests, ct), ordinary, shop.ResidentMb);
        ordinary = await shop.WalkAsync(Entries("user-000007"), Requests, ct);
        await WriteAsync("every page of the long ledger", await shop.WalkAsync(Entries(StoreFill.Collector), Requests, ct), ordinary,
            shop.ResidentMb);
        ordinary = await shop.TimeAsync(shop.Charge(Neighbour), Requests, ct);
        await WriteAsync("charges of its user", await shop.TimeAsync(shop.Charge(StoreFill.Collector), Requests, ct), ordinary,
            shop.ResidentMb);
    }

    // Until a pass is over that began after the start.
    private async Task<bool> IsBehindAsync(CancellationToken ct) =>
        await shop.RankedUntilAsync(ct) is not { } until || until < shop.StartedAt - SalesFold.Leeway;

    private Task WriteAsync(string what, LatencySummary at, LatencySummary ordinary, double residentMb) =>
        output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {at.Count:N0} | {at.P50Ms:0.0} | {at.P99Ms:0.0} | {ordinary.P50Ms:0.0} | {ordinary.P99Ms:0.0} "
                + $"| {at.P50Ms / ordinary.P50Ms:0.00} | {residentMb:0} |"));
}
