using System.Text.RegularExpressions;

namespace Commerce.Compare;

/// <summary>What of an answer has to be the same on every host: its status, the headers that clients read, and its body.</summary>
internal sealed partial record Answer(string Status, string Headers, string Body)
{
    private static readonly string[] Compared =
    [
        "Allow", "Cache-Control", "Content-Encoding", "Content-Language", "Content-Location", "Content-Security-Policy", "Content-Type",
            "ETag", "Location",
        "Preference-Applied", "Retry-After", "Vary", "WWW-Authenticate", "X-Content-Type-Options",
    ];

    public static async Task<Answer> OfAsync(HttpResponseMessage response, Uri host)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(static header => Compared.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .OrderBy(static header => header.Key, StringComparer.OrdinalIgnoreCase)
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}".Replace(host.GetLeftPart(UriPartial.Authority), "",
                StringComparison.Ordinal));
        var body = (await response.Content.ReadAsStringAsync())
            .Replace(host.GetLeftPart(UriPartial.Authority), "", StringComparison.Ordinal);
        return new(((int)response.StatusCode).ToString(), Neutral(string.Join('\n', headers)), Neutral(body));
    }

    /// <summary>The parts that differ from the other; none when they are the same.</summary>
    public IEnumerable<(string Part, string Here, string There)> DifferencesFrom(Answer other)
    {
        if (Status != other.Status)
            yield return ("status", Status, other.Status);
        if (Headers != other.Headers)
            yield return ("headers", Headers, other.Headers);
        if (Body != other.Body)
            yield return ("body", Body, other.Body);
    }

    /// <summary>Without what no two runs share: times, traces, versions, and how much else there is.</summary>
    private static string Neutral(string text)
    {
        text = Time().Replace(text, "<time>");
        text = Trace().Replace(text, "<trace>");
        text = Version().Replace(text, "ETag: <etag>");
        text = List().Replace(text, "");
        return Measured().Replace(text, "\"$1\":<number>");
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")]
    private static partial Regex Time();

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex Trace();

    /// <summary>Best sellers, which are counted every few seconds, and up to when; what one instance has counted in the last
    /// seconds, and whether it is still at what it was told to do.</summary>
    [GeneratedRegex("""
        "items":\[[^\]]*\](?=,"windowStart")|,"asOf":"<time>"|"instance":"[^"]*"|"(seconds|refusals)":\[[^\]]*\]|,"latency":\{[^}]*\}|,"releasingParked":(true|false)
        """)]
    private static partial Regex List();

    [GeneratedRegex("""ETag: (W/)?"[^"]*"[^\n]*""", RegexOptions.IgnoreCase)]
    private static partial Regex Version();

    [GeneratedRegex("""
        "([A-Za-z]*(?:Ms|Seconds|Count|[cC]ounted|Waiting|Parked|waiting|parked|delivered|commits))":-?[0-9.]+
        """)]
    private static partial Regex Measured();
}
