using System.Text.Json.Serialization.Metadata;
using Commerce.Shared;

namespace Commerce.Functions.Http;

/// <summary>The answers that functions give.</summary>
internal static class Answers
{
    private const string ProblemContentType = "application/problem+json";

    public static IResult Ok<T>(T value, JsonTypeInfo<T> type, string? etag = null) =>
        new JsonAnswer<T>(StatusCodes.Status200OK, value, type) { ETag = etag };

    /// <summary>200, or 304 when the client's <c>If-None-Match</c> says that it has this version.</summary>
    public static IResult OkUnlessUnchanged<T>(HttpRequest request, T value, JsonTypeInfo<T> type, string? etag) =>
        EntityTags.IsUnchanged(request, etag) ? NotModified(etag!) : Ok(value, type, etag);

    /// <summary>304: the client has this version.</summary>
    public static IResult NotModified(string etag) => new BodilessAnswer(StatusCodes.Status304NotModified, etag);

    public static IResult Created<T>(T value, JsonTypeInfo<T> type, string? location = null, string? etag = null) =>
        new JsonAnswer<T>(StatusCodes.Status201Created, value, type) { ETag = etag, Location = location };

    /// <summary>204: there is nothing to tell.</summary>
    public static IResult NoContent(params IReadOnlyList<(string Name, string Value)> headers) =>
        new BodilessAnswer(StatusCodes.Status204NoContent, etag: null) { Headers = headers };

    /// <summary>204: it is done, and this is the version that there is now.</summary>
    public static IResult NoContent(string etag, params IReadOnlyList<(string Name, string Value)> headers) =>
        new BodilessAnswer(StatusCodes.Status204NoContent, etag) { Headers = headers };

    public static IResult Problem(Failure failure, params IReadOnlyList<(string Name, string Value)> headers) =>
        new ProblemAnswer(failure, headers);

    /// <summary>412, for writes whose <c>If-Match</c> or <c>If-None-Match</c> does not hold.</summary>
    public static IResult PreconditionFailed() => Problem(new Failure(
        ErrorCode.PreconditionFailed,
        "What is there is not the version that If-Match or If-None-Match asks for. Read it again and decide anew."));

    private sealed class ProblemAnswer(Failure failure, IReadOnlyList<(string Name, string Value)> headers) : IResult, IRefusal
    {
        public ErrorCode Code => failure.Code;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            var problem = ProblemDocument.Of(failure, httpContext.Request.Path.ToUriComponent());
            if (failure.Code == ErrorCode.InternalError)
                problem = problem with { TraceId = System.Diagnostics.Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier };
            if (problem.Status == StatusCodes.Status503ServiceUnavailable && !headers.Any(static header => header.Name == "Retry-After"))
                headers = [.. headers, ("Retry-After", "1")];
            return new JsonAnswer<ProblemDocument>(problem.Status, problem, ProblemJson.Wire.ProblemDocument)
            {
                ContentType = ProblemContentType,
                Headers = headers,
            }.ExecuteAsync(httpContext);
        }
    }

    private sealed class BodilessAnswer(int status, string? etag) : IResult
    {
        public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            if (etag is not null)
                (httpContext.Response.Headers.ETag, httpContext.Response.Headers.CacheControl) = (etag, "no-cache");
            foreach (var (name, text) in Headers)
                httpContext.Response.Headers[name] = text;
            return Task.CompletedTask;
        }
    }
}

/// <summary>An answer that refuses.</summary>
internal interface IRefusal
{
    /// <summary>Why.</summary>
    ErrorCode Code { get; }
}
