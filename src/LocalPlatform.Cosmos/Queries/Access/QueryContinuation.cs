using System.Globalization;
using System.Text;

namespace LocalPlatform.Cosmos.Queries.Access;

/// <summary>
/// Where a query goes on: rows returned so far, and the last row's place in the order. <paramref name="ImplicitPath"/> is the path a
/// query without ORDER BY was walked by.
/// </summary>
internal sealed record QueryContinuation(int Emitted, OrderedPosition After, string? ImplicitPath)
{
    /// <summary>An opaque token.</summary>
    public string ToToken()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Emitted}|{After.Rid}|{Uri.EscapeDataString(ImplicitPath ?? "")}|");
        foreach (var key in After.Keys)
            text += (key is null ? "-" : Convert.ToHexString(key)) + ",";
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Reads a token; null when it is none of ours.</summary>
    public static QueryContinuation? TryParse(string token)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split('|');
            if (parts.Length != 4)
                return null;
            var keys = parts[3].Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(key => key == "-" ? null : Convert.FromHexString(key)).ToArray();
            return new QueryContinuation(
                int.Parse(parts[0], CultureInfo.InvariantCulture),
                new OrderedPosition(keys, long.Parse(parts[1], CultureInfo.InvariantCulture)),
                parts[2].Length == 0 ? null : Uri.UnescapeDataString(parts[2]));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
