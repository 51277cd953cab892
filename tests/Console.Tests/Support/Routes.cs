using System.Text.Json;
using System.Web;
using Microsoft.Playwright;

namespace Console.Tests.Support;

/// <summary>Answers of the API that a test gives in the shop's place.</summary>
internal static class Routes
{
    /// <summary>The `cursor` that a page of a list is asked for with; null for the first page.</summary>
    public static string? Cursor(this IRequest request) => HttpUtility.ParseQueryString(new Uri(request.Url).Query)["cursor"];

    public static Task AnswerAsync(this IRoute route, object body, int status = 200) => route.FulfillAsync(
        new() { Status = status, ContentType = "application/json", Body = JsonSerializer.Serialize(body) });
}
