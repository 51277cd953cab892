using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.Http;

/// <summary>Bytes that change only with the app, in the codings that clients may take, each under an ETag made from it.</summary>
internal sealed class StaticContent
{
    private const string Gzip = "gzip";
    private const string Brotli = "br";

    private readonly string _contentType;
    private readonly Representation[] _representations;

    private StaticContent(string contentType, params Representation[] representations) =>
        (_contentType, _representations) = (contentType, representations);

    /// <summary>Bytes that are sent as they are.</summary>
    public static StaticContent Plain(byte[] bytes, string contentType) => new(contentType, new Representation(null, bytes));

    /// <summary>Bytes that came as gzip; a client that does not take that gets them unpacked.</summary>
    public static StaticContent FromGzip(byte[] bytes, string contentType) =>
        new(contentType, new(Gzip, bytes), new(null, Unpacked(bytes)));

    /// <summary>Text that is packed once, when it is first asked for.</summary>
    public static StaticContent Packed(byte[] bytes, string contentType) => new(
        contentType,
        new(Brotli, Pack(bytes, packed => new BrotliStream(packed, CompressionLevel.SmallestSize))),
        new(Gzip, Pack(bytes, packed => new GZipStream(packed, CompressionLevel.SmallestSize))),
        new(null, bytes));

    /// <summary>A file that was built into an assembly.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public static byte[] Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no resource {name}.");
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }

    public IResult Answer(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-cache";
        if (_representations.Length > 1)
            headers.Vary = HeaderNames.AcceptEncoding;
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        var chosen = Array.Find(
            _representations, representation => representation.Coding is null || IsAccepted(accepted, representation.Coding))!;
        if (chosen.Coding is not null)
            headers.ContentEncoding = chosen.Coding;
        // Whether it is unchanged is judged here: handed over with the bytes, the tag would be held against If-Match, too.
        if (EntityTags.IsUnchanged(request, chosen.ETag))
            return Answers.NotModified(chosen.ETag);
        headers.ETag = chosen.ETag;
        return Results.Bytes(chosen.Bytes, _contentType);
    }

    private static bool IsAccepted(IList<StringWithQualityHeaderValue> accepted, string coding) =>
        accepted.Any(value => value.Value.Equals(coding, StringComparison.OrdinalIgnoreCase) && value.Quality is null or > 0);

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Unpacked(byte[] bytes)
    {
        using var stream = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <param name="Coding">Its name in <c>Content-Encoding</c>; null for the bytes as they are.</param>
    /// <param name="Bytes">What is sent.</param>
    private sealed record Representation(string? Coding, byte[] Bytes)
    {
        public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes).AsSpan(0, 16))}\"";
    }
}
