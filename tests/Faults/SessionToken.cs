using System.Globalization;
using System.Net.Http.Headers;

namespace Faults;

/// <summary>Session tokens, as clients send and get them: <c>range:-1#lsn</c>, several with commas.</summary>
internal static class SessionToken
{
    private const string Header = "x-ms-session-token";

    /// <summary>The newest change that the sender has seen; 0 when it says nothing.</summary>
    public static long LsnOf(HttpHeaders headers) => Values(headers).Select(LsnOf).DefaultIfEmpty().Max();

    /// <summary>Makes an answer one that knows changes up to <paramref name="lsn"/>.</summary>
    public static void Set(HttpHeaders headers, long lsn)
    {
        string[] tokens = [.. Values(headers).Select(token => string.Create(CultureInfo.InvariantCulture, $"{token.Split('#')[0]}#{lsn}"))];
        headers.Remove(Header);
        if (tokens.Length > 0)
            headers.TryAddWithoutValidation(Header, string.Join(',', tokens));
    }

    private static string[] Values(HttpHeaders headers) =>
        headers.NonValidated.TryGetValues(Header, out var values) ? values.ToString().Split(',', StringSplitOptions.TrimEntries) : [];

    private static long LsnOf(string token) => long.Parse(token.Split('#')[1], CultureInfo.InvariantCulture);
}
