using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;

namespace LocalPlatform.Functions;

/// <summary>Writes what an HTTP function returned.</summary>
internal static class HttpResults
{
    /// <summary>
    /// <see cref="IResult"/> and <see cref="IActionResult"/> write themselves, text goes out as text, another value as JSON. No value
    /// leaves the response as the function or a middleware made it.
    /// </summary>
    public static Task WriteAsync(HttpContext http, object? result) => result switch
    {
        null => Task.CompletedTask,
        IResult value => value.ExecuteAsync(http),
        IActionResult value => value.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        string text => WriteTextAsync(http, text),
        _ => http.Response.WriteAsJsonAsync(result, result.GetType(), http.RequestAborted),
    };

    private static Task WriteTextAsync(HttpContext http, string text)
    {
        http.Response.ContentType ??= "text/plain; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>Whether a function with this result may return an <see cref="IActionResult"/>, which needs MVC's services.</summary>
    public static bool MayBeActionResult(Type result) =>
        typeof(IActionResult).IsAssignableFrom(result) || result.IsAssignableFrom(typeof(IActionResult));
}
