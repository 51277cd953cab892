using System.Text;
using Microsoft.Net.Http.Headers;

namespace Commerce.Functions.Http;

/// <summary>The charset that a request declares its body to be in.</summary>
internal static class BodyCharset
{
    /// <summary>
    /// Encodings of old read what they do not know as a question mark, or as something similar. Here it shows that text was lost.
    /// </summary>
    private static readonly DecoderFallback Lost = new DecoderReplacementFallback("\uFFFD");

    /// <summary>
    /// The charset, UTF-8 if none is declared; null when it is not known, or the body is of another media type or compressed.
    /// </summary>
    public static Encoding? Of(HttpRequest request, string mediaType)
    {
        if (request.Headers.ContentEncoding.Count > 0
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            return null;
        var declared = type.Parameters.Where(
            static parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)).ToList();
        return declared switch
        {
            [] => Encoding.UTF8,
            [var charset] => Find(HeaderUtilities.UnescapeAsQuotedString(charset.Value).ToString()),
            _ => null,
        };
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ReplacementFallback, Lost)
                ?? Encoding.GetEncoding(name, EncoderFallback.ReplacementFallback, Lost);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
