using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Commerce.Functions.Settings;

/// <summary>
/// How long a function may run: settings that would make it run for longer contradict it, and the app does not start with them.
/// </summary>
internal sealed class FunctionTimeout(IConfiguration configuration)
{
    /// <summary>What <c>host.json</c> says, unless a setting of the host says otherwise.</summary>
    internal static readonly TimeSpan Default = TimeSpan.FromMinutes(5);

    /// <summary>The setting by which the host's <c>functionTimeout</c> can be set without a new build.</summary>
    private const string Key = "AzureFunctionsJobHost:functionTimeout";

    /// <summary>What a run needs besides the work that is bounded: its last page, retries, the host's own doings.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    /// <summary>Null when functions may run without end, or for a time that the host will not understand either.</summary>
    private TimeSpan? Value => configuration[Key] switch
    {
        null or "" => Default,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero => timeout,
        _ => null,
    };

    /// <summary>Why the time is not enough, naming the settings; null when it is.</summary>
    public string? Problem(TimeSpan work, string settings) => Value is { } timeout && work + Margin > timeout
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{settings}: that may take {work.TotalSeconds:0.#} seconds, and a function may run for functionTimeout, which is "
            + $"{timeout.TotalSeconds:0.#} seconds; {Margin.TotalSeconds:0} are to be left.")
        : null;
}
