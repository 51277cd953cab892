using System.Text;
using System.Text.Json.Nodes;
using Commerce.Shared;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Http;

/// <summary>Requests made by hand, and what is answered to them.</summary>
internal static class Requests
{
    public static HttpRequest With(string? body = null, string? contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = body is null ? "GET" : "POST";
        request.Path = "/api/test";
        if (body is not null)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            request.Body = new MemoryStream(bytes);
            request.ContentType = contentType;
        }
        foreach (var (name, value) in headers)
            request.Headers.Append(name, value);
        return request;
    }

    public static async Task<(int Status, JsonNode? Body, IHeaderDictionary Headers)> AnswerAsync(IResult result,
        HttpRequest? request = null)
    {
        var context = request?.HttpContext ?? new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        await result.ExecuteAsync(context);
        return (context.Response.StatusCode, body.Length == 0 ? null : JsonNode.Parse(body.ToArray()), context.Response.Headers);
    }

    /// <summary>"field: message" of a refusal's first error.</summary>
    public static string? First(Failure? failure) => failure?.Errors is [var first, ..] ? $"{first.Field}: {first.Message}" : null;
}
