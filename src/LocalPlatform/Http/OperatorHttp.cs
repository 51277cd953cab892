using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Http;

/// <summary>What the platform's own routes have in common.</summary>
internal static class OperatorHttp
{
    /// <summary>
    /// A number of the query; <paramref name="otherwise"/> when it is not given, false when it is no number of the range.
    /// </summary>
    public static bool TryNumber(HttpRequest request, string name, long min, long max, long otherwise, out long number)
    {
        number = otherwise;
        var values = request.Query[name];
        return values.Count == 0 || (values is [{ } text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= min && number <= max);
    }

    /// <summary>Answers with a status and a sentence that says what is wrong.</summary>
    public static Task RefuseAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text);
    }
}
