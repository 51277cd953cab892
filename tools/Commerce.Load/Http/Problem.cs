using System.Text.Json;

namespace Commerce.Load.Http;

/// <summary>Reads RFC 9457 problem details as far as the driver needs them.</summary>
internal static class Problem
{
    /// <summary>The slug that ends the problem's <c>type</c> ("insufficient-stock"); "" when the body is no problem.</summary>
    public static string Slug(ReadOnlySpan<byte> body)
    {
        var type = TopLevelString(body, "type");
        return type[(type.LastIndexOfAny(['/', ':', '#']) + 1)..];
    }

    /// <summary>The problem's <c>detail</c>, or "".</summary>
    public static string Detail(ReadOnlySpan<byte> body) => TopLevelString(body, "detail");

    /// <summary>Status and slug as one word for tables: "409 insufficient-stock".</summary>
    public static string Kind(in Answer answer)
    {
        var slug = Slug(answer.Body.Span);
        return slug.Length == 0 ? answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"{answer.Status} {slug}";
    }

    private static string TopLevelString(ReadOnlySpan<byte> body, string name)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                    continue;
                var found = reader.ValueTextEquals(name);
                reader.Read();
                if (found)
                    return reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Not JSON (a proxy's page, say): it has no slug.
        }
        return "";
    }
}
