using Commerce.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Ranking;

internal static class RankingServices
{
    public static IServiceCollection AddRanking(this IServiceCollection services, IConfiguration configuration)
    {
        return services
            .AddCheckedOptions<RankingOptions>(configuration, RankingOptions.Section)
            .AddSingleton<AccountFeed>()
            .AddSingleton<RankingStore>()
            .AddSingleton<RankingKeeper>()
            .AddSingleton<ReaderFold>()
            .AddSingleton<TopProducts>();
    }
}
