using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Support;

/// <summary>What a function answered.</summary>
internal sealed record Reply(int Status, JsonNode? Body, IHeaderDictionary Headers)
{
    public string ETag => Headers.ETag.ToString();

    /// <summary>The slug of a problem.</summary>
    public string? Problem => ((string?)Body?["type"])?.Split('/')[^1];

    public long Number(string field) => (long)Body![field]!;

    public override string ToString() => $"{Status} {Body?.ToJsonString()}";
}

/// <summary>Calls functions as the host does: an instance a call, a request in, its result carried out.</summary>
internal static class Calls
{
    public static async Task<Reply> CallAsync<T>(
        this IServiceProvider app, Func<T, HttpRequest, Task<IResult>> function, string? body = null,
            params (string Name, string Value)[] headers)
        where T : class
    {
        var context = new DefaultHttpContext { RequestServices = app };
        var request = context.Request;
        request.Path = "/api/test";
        var contentType = "application/json";
        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
                contentType = value;
            else if (name == "Query")
                request.QueryString = new QueryString(value);
            else
                request.Headers.Append(name, value);
        }
        if (body is not null)
            (request.Body, request.ContentType) = (new MemoryStream(Encoding.UTF8.GetBytes(body)), contentType);
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await (await function(ActivatorUtilities.CreateInstance<T>(app), request)).ExecuteAsync(context);
        return new(context.Response.StatusCode, answer.Length == 0 ? null : JsonNode.Parse(answer.ToArray()), context.Response.Headers);
    }

    /// <summary>An id that no other test uses.</summary>
    public static string NewId(string prefix) => $"{prefix}-{Guid.NewGuid().ToString("N")[..12]}";
}
