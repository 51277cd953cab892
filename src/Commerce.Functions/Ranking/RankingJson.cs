using System.Text.Json.Serialization;
using Commerce.Functions.Http;

namespace Commerce.Functions.Ranking;

/// <summary>The best sellers of a window.</summary>
/// <param name="Items">Best first.</param>
/// <param name="WindowStart">Where the window begins.</param>
/// <param name="WindowEnd">When the list was made.</param>
/// <param name="AsOf">Every sale between the window's start and this is counted; of those after it, some may be missing.</param>
internal sealed record TopProductsView(
    IReadOnlyList<TopProductView> Items, DateTimeOffset WindowStart, DateTimeOffset WindowEnd, DateTimeOffset AsOf);

internal sealed record TopProductView(int Rank, string ProductId, string Name, long Price, long Quantity, long Revenue);

/// <param name="Served">The generation that answers.</param>
/// <param name="Rebuilding">The one that is being built to take its place.</param>
internal sealed record RankingStatusView(RankingGenerationView Served, RankingGenerationView? Rebuilding);

/// <param name="Generation">Its number.</param>
/// <param name="Commits">How often it was written.</param>
/// <param name="AsOf">Every sale before this is counted.</param>
/// <param name="Since">Since when it is served, or being built.</param>
internal sealed record RankingGenerationView(int Generation, long Commits, DateTimeOffset? AsOf, DateTimeOffset? Since);

[JsonSerializable(typeof(TopProductsView))]
[JsonSerializable(typeof(RankingStatusView))]
internal sealed partial class RankingJson : JsonSerializerContext
{
    public static RankingJson Wire { get; } = new(HttpJson.Options());
}
