using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Ranking;

internal static class RankingServices
{
    public static IServiceCollection AddRanking(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RankingOptions>().Bind(configuration.GetSection(RankingOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<RankingOptions>, RankingOptionsValidator>()
            .AddSingleton<AccountFeed>()
            .AddSingleton<RankingStore>()
            .AddSingleton<RankingKeeper>()
            .AddSingleton<ReaderFold>()
            .AddSingleton<TopProducts>();
    }

    private sealed class RankingOptionsValidator : IValidateOptions<RankingOptions>
    {
        public ValidateOptionsResult Validate(string? name, RankingOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
