using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace LocalPlatform.Identity;

/// <summary>Fields of a form or of a query, none of which comes twice (RFC 6749, 3.1).</summary>
internal sealed class IdentityForm
{
    private static readonly FormOptions Small = new()
    {
        ValueCountLimit = 32,
        KeyLengthLimit = 128,
        ValueLengthLimit = 4096,
        BufferBodyLengthLimit = 64 * 1024,
        MultipartBodyLengthLimit = 64 * 1024,
    };

    private readonly Dictionary<string, string> _fields;

    private IdentityForm(IEnumerable<KeyValuePair<string, StringValues>> fields) =>
        _fields = fields.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal);

    /// <summary>Null when a field comes twice.</summary>
    public static IdentityForm? Of(IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        var all = fields.ToList();
        return all.TrueForAll(field => field.Value.Count == 1) ? new(all) : null;
    }

    /// <summary>Null when the body is no such form.</summary>
    public static async Task<IdentityForm?> ReadAsync(HttpRequest request)
    {
        if (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        try
        {
            return Of(await new FormFeature(request, Small).ReadFormAsync(request.HttpContext.RequestAborted));
        }
        catch (Exception malformed) when (malformed is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    public string? Text(string name) => _fields.GetValueOrDefault(name);
}
