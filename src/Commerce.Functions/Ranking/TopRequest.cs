using Commerce.Functions.Http;
using Commerce.Shared.Ranking;

namespace Commerce.Functions.Ranking;

/// <summary>What a request for the best sellers may ask for.</summary>
internal static class TopRequest
{
    private static readonly string WindowRule = "must be one of " + string.Join(", ", RankingWindow.All.Select(window => window.Name));

    public static int Limit(RequestInput input, int otherwise) => input.QueryNumber("limit", 1, RankingList.ProductsMax, otherwise);

    public static RankingWindow Window(RequestInput input)
    {
        var wanted = input.Request.Query["window"];
        if (wanted.Count == 0)
            return RankingWindow.Default;
        if (RankingWindow.Find(wanted.ToString()) is { } window)
            return window;
        input.Refuse("window", WindowRule);
        return RankingWindow.Default;
    }
}
