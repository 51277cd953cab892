using System.Globalization;

namespace Commerce.Functions.Http;

/// <summary>The <c>Prefer</c> header (RFC 7240), as far as the shop honours it.</summary>
/// <param name="RespondAsync"><c>respond-async</c>: the client would rather poll than wait.</param>
/// <param name="Wait"><c>wait=seconds</c>: how long it is willing to wait; null when it does not say.</param>
internal readonly record struct Preference(bool RespondAsync, TimeSpan? Wait)
{
    /// <summary>Response header that tells which preferences were honoured.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>Unknown or malformed preferences are ignored, as RFC 7240 demands.</summary>
    public static Preference Of(HttpRequest request)
    {
        var preference = default(Preference);
        foreach (var part in request.Headers["Prefer"].SelectMany(static line => (line ?? "").Split(',')))
        {
            var token = part.Trim();
            if (token.Equals("respond-async", StringComparison.OrdinalIgnoreCase))
                preference = preference with { RespondAsync = true };
            else if (token.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(token.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                preference = preference with { Wait = TimeSpan.FromSeconds(seconds) };
        }
        return preference;
    }
}
