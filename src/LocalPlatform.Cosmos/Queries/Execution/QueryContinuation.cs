using System.Globalization;
using System.Text;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>
/// Where a query goes on: rows returned so far, and, unless the query groups, the last row's place in the order with the number
/// of rows its document has given. <paramref name="ImplicitPath"/> is the path a query without ORDER BY was walked by.
/// </summary>
internal sealed record QueryContinuation(int Emitted, OrderedPosition? After, int RowsOfDocument, string? ImplicitPath)
{
    /// <summary>An opaque token.</summary>
    public string ToToken()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Emitted}|{RowsOfDocument}|{After?.Rid ?? -1}|{Uri.EscapeDataString(ImplicitPath ?? "")}|");
        foreach (var key in After?.Keys ?? [])
            text += (key is null ? "-" : Convert.ToHexString(key)) + ",";
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Reads a token; null when it is none of ours.</summary>
    public static QueryContinuation? TryParse(string token)
    {
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split('|');
            if (parts.Length != 5)
                return null;
            var rid = long.Parse(parts[2], CultureInfo.InvariantCulture);
            var keys = parts[4].Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(key => key == "-" ? null : Convert.FromHexString(key)).ToArray();
            return new QueryContinuation(
                int.Parse(parts[0], CultureInfo.InvariantCulture),
                rid < 0 ? null : new OrderedPosition(keys, rid),
                int.Parse(parts[1], CultureInfo.InvariantCulture),
                parts[3].Length == 0 ? null : Uri.UnescapeDataString(parts[3]));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
