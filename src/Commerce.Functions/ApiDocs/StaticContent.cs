using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.ApiDocs;

/// <summary>Bytes that change only with the app, under an ETag made from them.</summary>
/// <param name="bytes">The content.</param>
/// <param name="contentType">Its media type.</param>
/// <param name="isGzip">True when <paramref name="bytes"/> are compressed; a client that does not take gzip gets them unpacked.</param>
internal sealed class StaticContent(byte[] bytes, string contentType, bool isGzip = false)
{
    private readonly EntityTagHeaderValue _etag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");

    public IResult Answer(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        if (!isGzip)
            return Results.Bytes(bytes, contentType, entityTag: _etag);
        headers.Vary = HeaderNames.AcceptEncoding;
        if (!AcceptsGzip(request))
            return Results.Stream(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress), contentType);
        headers.ContentEncoding = "gzip";
        return Results.Bytes(bytes, contentType, entityTag: _etag);
    }

    private static bool AcceptsGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
}
