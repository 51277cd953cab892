using System.Collections.Concurrent;
using Parlot.Fluent;

namespace LocalPlatform.Cosmos.Sql;

/// <summary>Query texts, parsed and checked once and kept for later executions.</summary>
internal static class SqlParser
{
    private const int LengthMax = 512 * 1024;

    // Three for each level of parentheses: more would be no query but an attack on the stack.
    private const int RecursionMax = 400;

    // Texts come from clients; parameters keep them few. When somebody inlines values instead, the cache starts over.
    private const int CacheSizeMax = 2000;

    // What the service knows and this gateway does not, by the first word or sign of it.
    private static readonly string[] KnownElsewhere =
        ["JOIN", "IN", "GROUP", "LIKE", "?", "|", "&", "^", "~", "+", "-", "*", "/", "%", "["];

    private static readonly ConcurrentDictionary<string, SqlQuery> Cache = new(StringComparer.Ordinal);

    /// <summary>The query behind <paramref name="text"/>, or null with the reason why it cannot be answered.</summary>
    public static SqlQuery? TryParse(string text, out string error)
    {
        error = "";
        if (Cache.TryGetValue(text, out var cached))
            return cached;
        try
        {
            var query = Parse(text);
            if (Cache.Count >= CacheSizeMax)
                Cache.Clear();
            return Cache[text] = query;
        }
        catch (SqlException refusal)
        {
            error = refusal.Message;
            return null;
        }
    }

    private static SqlQuery Parse(string text)
    {
        if (text.Length > LengthMax)
            throw new SqlException($"The SQL query text exceeded the maximum limit of {LengthMax} characters.");
        var context = new ParseContext(
            new Parlot.Scanner(text), RecursionMax, useNewLines: false, disableLoopDetection: false, CancellationToken.None);
        var isQuery = SqlGrammar.Query.TryParse(context, out var query, out _);
        if (!isQuery || query.Alias.Length == 0 || !context.Scanner.Cursor.Eof)
            throw NotUnderstood(text, context.Scanner.Cursor.Offset);
        if (query.Paths.FirstOrDefault(path => path.Alias != query.Alias) is { } stranger)
            throw new SqlException($"Identifier '{stranger.Alias}' could not be resolved.");
        if (query.OrderBy.Any(item => item.Path.Names.Count == 0))
            throw new SqlException("Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.");
        if (query.Count is not null && (query.Top is not null || query.Offset is not null || query.OrderBy.Count > 0))
            throw SqlException.Unsupported("COUNT together with TOP, ORDER BY or OFFSET");
        return query;
    }

    // Where the grammar ends, something stands that is wrong or unknown here.
    private static SqlException NotUnderstood(string text, int position)
    {
        const int ExcerptLength = 24;
        var rest = text[Math.Min(position, text.Length)..].TrimStart();
        var word = string.Concat(rest.TakeWhile(char.IsAsciiLetter));
        var token = word.Length > 0 ? word : rest[..Math.Min(1, rest.Length)];
        if (KnownElsewhere.Contains(token, StringComparer.OrdinalIgnoreCase))
            return SqlException.Unsupported($"'{token}'");
        var excerpt = rest[..Math.Min(ExcerptLength, rest.Length)];
        return new SqlException($"Syntax error, incorrect syntax near '{excerpt}' at position {text.Length - rest.Length}.");
    }
}
