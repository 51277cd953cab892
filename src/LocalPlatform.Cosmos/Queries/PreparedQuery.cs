using System.Collections.Concurrent;
using System.Text.Json;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Queries.Sql;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>A query text, parsed and checked once and kept for later executions.</summary>
internal sealed class PreparedQuery
{
    // Texts come from clients; parameters keep them few. When somebody inlines values instead, the cache starts over.
    private const int CacheSizeMax = 2000;

    private static readonly ConcurrentDictionary<string, PreparedQuery> Cache = new(StringComparer.Ordinal);

    private PreparedQuery(QueryShape shape) => Shape = shape;

    public QueryShape Shape { get; }

    public SqlQuery Query => Shape.Query;

    /// <summary>The prepared form of <paramref name="text"/>, or null with the reason it has none.</summary>
    public static PreparedQuery? TryPrepare(string text, out string error)
    {
        error = "";
        if (Cache.TryGetValue(text, out var cached))
            return cached;
        try
        {
            var query = SqlParser.Parse(text);
            NameCheck.Run(query);
            if (Cache.Count >= CacheSizeMax)
                Cache.Clear();
            return Cache[text] = new PreparedQuery(QueryShape.Of(DerivedSource.Flatten(query)));
        }
        catch (SqlException refusal)
        {
            error = refusal.Message;
            return null;
        }
    }

    /// <summary>Whether a document satisfies the WHERE clause, for conditions of patches.</summary>
    public bool Matches(JsonElement document)
    {
        var scope = new SqlScope(SqlContext.Empty).With(Query.From[0].Alias, SqlValue.Of(document));
        return Query.Where is null || Query.Where.Evaluate(scope).IsTrue;
    }
}

/// <summary>Refuses names that no FROM or JOIN gives, and expressions too deep to be evaluated.</summary>
internal static class NameCheck
{
    public static void Run(SqlQuery query) => Run(query, []);

    private static void Run(SqlQuery query, HashSet<string> outer)
    {
        var known = new HashSet<string>(outer);
        for (var i = 0; i < query.From.Count; i++)
        {
            var source = query.From[i];
            // The first name of the outermost FROM is the container's, whatever it is called.
            if (outer.Count == 0 && i == 0)
                known.UnionWith(RootNames(source));
            // A subquery in the first place ranges over the container itself.
            if (outer.Count == 0 && i == 0 && source.Source is SubqueryExpression derived)
                Run(derived.Query, []);
            else if (source.Source is not null)
                Check(source.Source, known);
            known.Add(source.Alias);
        }
        foreach (var expression in query.Expressions.Except(query.From.Select(source => source.Source).OfType<SqlExpression>()))
            Check(expression, known);
    }

    private static IEnumerable<string> RootNames(FromSource source) =>
        source.Source is null
            ? [source.ContainerName!]
            : source.Source.SelfAndDescendants().OfType<AliasExpression>().Select(alias => alias.Name).Take(1);

    // Evaluation recurses; the service itself allows 2000 ANDs or ORs.
    private const int DepthMax = 2100;

    private static void Check(SqlExpression expression, HashSet<string> known)
    {
        if (expression.Depth() > DepthMax)
            throw new SqlException("The query is too complex: an expression has more than 2000 levels.");
        foreach (var node in expression.SelfAndDescendants())
        {
            if (node is AliasExpression alias && !known.Contains(alias.Name))
                throw new SqlException($"Identifier '{alias.Name}' could not be resolved.");
            if (node is SubqueryExpression subquery)
                Run(subquery.Query, known);
        }
    }
}
