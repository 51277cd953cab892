using System.Text.RegularExpressions;
using LocalPlatform.Hosting;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Settings;

/// <summary>Replaces <c>%name%</c> in the arguments of triggers and outputs by the setting of that name.</summary>
internal sealed partial class SettingNames(IConfiguration configuration)
{
    /// <exception cref="PlatformStartException">A setting is missing.</exception>
    public string Resolve(string text) => text.Contains('%', StringComparison.Ordinal)
        ? Placeholder().Replace(text, match => Value(match.Groups[1].Value, text))
        : text;

    private string Value(string name, string text) => configuration[name]
        ?? throw new PlatformStartException($"The setting '{name}' is missing; '{text}' names it.");

    [GeneratedRegex("%([^%]+)%", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
