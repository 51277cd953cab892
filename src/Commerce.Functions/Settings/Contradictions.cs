using System.Globalization;
using Commerce.Functions.Delivery;
using Commerce.Functions.Orders;
using Commerce.Functions.Ranking;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Settings;

/// <summary>
/// Settings each of which is fine and which contradict each other, or the time that a function may run: the app does not start with them,
/// and says which they are. What concerns one setting alone is checked by its options class.
/// </summary>
internal sealed class Contradictions(IConfiguration configuration)
    : IValidateOptions<OrderOptions>, IValidateOptions<RankingOptions>, IValidateOptions<DataPlatformOptions>
{
    /// <summary>How long a function may run: what <c>host.json</c> says, unless a setting of the host says otherwise.</summary>
    internal static readonly TimeSpan FunctionTimeoutDefault = TimeSpan.FromMinutes(5);

    /// <summary>The setting by which the host's <c>functionTimeout</c> can be set without a new build.</summary>
    private const string FunctionTimeoutKey = "AzureFunctionsJobHost:functionTimeout";

    /// <summary>A run folds the generation that is served, and then the one that is being rebuilt.</summary>
    private const int SlicesPerRun = 2;

    /// <summary>What a run needs besides the work that is bounded: its last page, retries, the host's own doings.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    public ValidateOptionsResult Validate(string? name, OrderOptions options) =>
        Fits(Seconds(options.WaitSeconds), $"{OrderOptions.Section}:{nameof(OrderOptions.WaitSeconds)}");

    public ValidateOptionsResult Validate(string? name, RankingOptions options) => Fits(
        SlicesPerRun * Seconds(options.SliceSeconds),
        $"{RankingOptions.Section}:{nameof(RankingOptions.SliceSeconds)}, {SlicesPerRun} times a run");

    public ValidateOptionsResult Validate(string? name, DataPlatformOptions options)
    {
        // One that is wrong by itself is named elsewhere, and nothing can be reckoned with it.
        if (options.Problem() is not null)
            return ValidateOptionsResult.Success;
        var waves = Math.Ceiling((double)options.PageMax / options.DrainingMax);
        return Fits(
            BacklogDrain.Slice + (waves * Seconds(options.TimeoutSeconds)),
            $"{DataPlatformOptions.Section}:{nameof(DataPlatformOptions.TimeoutSeconds)} for a page of {options.PageMax} events, of which "
            + $"{DataPlatformOptions.Section}:{nameof(DataPlatformOptions.ConnectionsMax)} lets {options.DrainingMax} be sent at a time");
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, 0, 1e9) : 0);

    private ValidateOptionsResult Fits(TimeSpan work, string settings) => FunctionTimeout is { } timeout && work + Margin > timeout
        ? ValidateOptionsResult.Fail(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings}: that may take {work.TotalSeconds:0.#} seconds, and a function may run for functionTimeout, which is "
            + $"{timeout.TotalSeconds:0.#} seconds; {Margin.TotalSeconds:0} are to be left."))
        : ValidateOptionsResult.Success;

    /// <summary>Null when functions may run without end, or for a time that the host will not understand either.</summary>
    private TimeSpan? FunctionTimeout => configuration[FunctionTimeoutKey] switch
    {
        null or "" => FunctionTimeoutDefault,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero => timeout,
        _ => null,
    };
}

internal static class SettingsServices
{
    public static IServiceCollection AddSettingsCheck(this IServiceCollection services) => services
        .AddSingleton<IValidateOptions<OrderOptions>, Contradictions>()
        .AddSingleton<IValidateOptions<RankingOptions>, Contradictions>()
        .AddSingleton<IValidateOptions<DataPlatformOptions>, Contradictions>();
}
