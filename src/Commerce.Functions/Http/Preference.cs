using System.Globalization;

namespace Commerce.Functions.Http;

/// <summary>The <c>Prefer</c> header (RFC 7240), as far as the shop honours it.</summary>
/// <param name="RespondAsync"><c>respond-async</c>: the client would rather poll than wait.</param>
/// <param name="Wait"><c>wait=seconds</c>: how long it is willing to wait; null when it does not say.</param>
/// <param name="Return">
/// <c>return=minimal</c> or <c>return=representation</c>: how much of what was changed it wants; null when it does not say.
/// </param>
internal readonly record struct Preference(bool RespondAsync, TimeSpan? Wait, ReturnPreference? Return)
{
    /// <summary>Response header that tells which preferences were honoured.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>Unknown or malformed preferences are ignored, as RFC 7240 demands.</summary>
    public static Preference Of(HttpRequest request)
    {
        var preference = default(Preference);
        foreach (var part in request.Headers["Prefer"].SelectMany(static line => (line ?? "").Split(',')))
        {
            // Values may be quoted, and parameters may follow, of which none is known here. Of one that comes twice the first counts.
            var token = part.Split(';')[0].Replace("\"", "", StringComparison.Ordinal).Split('=', 2, StringSplitOptions.TrimEntries);
            if (token is [var name] && name.Equals("respond-async", StringComparison.OrdinalIgnoreCase))
                preference = preference with { RespondAsync = true };
            else if (token is [var wait, var text] && wait.Equals("wait", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                preference = preference with { Wait = preference.Wait ?? TimeSpan.FromSeconds(seconds) };
            else if (token is [var what, var value] && what.Equals("return", StringComparison.OrdinalIgnoreCase))
                preference = preference with { Return = preference.Return ?? ReturnOf(value) };
        }
        return preference;
    }

    private static ReturnPreference? ReturnOf(string value) => value.ToUpperInvariant() switch
    {
        "MINIMAL" => ReturnPreference.Minimal,
        "REPRESENTATION" => ReturnPreference.Representation,
        _ => null,
    };
}

/// <summary>How much of what was changed a client wants to be told.</summary>
internal enum ReturnPreference
{
    /// <summary>Only that it was changed, and which version it is now.</summary>
    Minimal,

    /// <summary>All of it, as it is now.</summary>
    Representation,
}
