using Commerce.Functions.Http;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Functions.Worker;

namespace Commerce.Functions.Ranking;

/// <summary>
/// The best sellers: kept up to date by a timer and by those who read them, served from memory, rebuilt at an operator's word.
/// </summary>
public sealed class RankingFunctions(RankingKeeper keeper, TopProducts top, ReaderFold fold)
{
    private const int LimitDefault = 5;

    [Function("GetTopProducts")]
    public async Task<IResult> Top([HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "products/top")] HttpRequest request)
    {
        var limit = LimitDefault;
        var window = RankingWindow.Default;
        // Most requests ask for nothing in particular.
        if (request.QueryString.HasValue)
        {
            var input = new RequestInput(request);
            limit = TopRequest.Limit(input, LimitDefault);
            window = TopRequest.Window(input);
            if (input.Problem is { } problem)
                return problem;
        }
        var lists = await top.GetAsync(request.HttpContext.RequestAborted);
        _ = fold.StartIfDue(lists);
        return new TopAnswer(lists.Render(window, limit), top.CacheControl);
    }

    /// <summary>Where the ranking stands: its progress, and that of a rebuild.</summary>
    [Function("GetRankingStatus")]
    public async Task<IResult> Status(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", Route = "ops/ranking")] HttpRequest request)
    {
        var ct = request.HttpContext.RequestAborted;
        return Answers.Ok(await StatusAsync(await keeper.PointerAsync(ct), ct), RankingJson.Wire.RankingStatusView);
    }

    [Function("RebuildRanking")]
    public async Task<IResult> Rebuild(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "ops/ranking/rebuild")] HttpRequest request)
    {
        var ct = request.HttpContext.RequestAborted;
        var status = await StatusAsync(await keeper.RebuildAsync(ct), ct);
        return new JsonAnswer<RankingStatusView>(StatusCodes.Status202Accepted, status, RankingJson.Wire.RankingStatusView)
        {
            Location = "/api/ops/ranking",
        };
    }

    private async Task<RankingStatusView> StatusAsync(RankingPointer current, CancellationToken ct)
    {
        var served = await keeper.ProgressAsync(current.Generation, ct);
        var rebuilt = current.Rebuilding is { } generation ? await keeper.ProgressAsync(generation, ct) : null;
        return new(
            new(current.Generation, served?.Commit ?? 0, served?.AsOf, current.SwappedAt),
            current.Rebuilding is { } building ? new(building, rebuilt?.Commit ?? 0, rebuilt?.AsOf, current.RequestedAt) : null);
    }
}
