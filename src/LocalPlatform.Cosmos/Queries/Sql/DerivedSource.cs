using LocalPlatform.Cosmos.Queries.Execution;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>
/// Turns <c>FROM (SELECT ...) AS x</c> into sources of the query itself where the inner query makes its rows of one document at a
/// time: then the query streams, orders and splits like any other. An inner query that groups, orders, cuts or finds what is
/// distinct needs all documents and stays as it is.
/// </summary>
internal static class DerivedSource
{
    public static SqlQuery Flatten(SqlQuery query)
    {
        if (query.From is not [{ Source: SubqueryExpression { Query: var inner } } derived, ..] || !IsRowByRow(inner))
            return query;
        if (IsWholeDocument(inner))
            return OfDocuments(query, derived.Alias, inner);
        var refersToRows = query.OrderBy.SelectMany(item => item.Expression.SelfAndDescendants()).OfType<AliasExpression>().Any();
        return refersToRows ? query : OfRows(query, derived, inner);
    }

    // (SELECT VALUE c FROM c WHERE ..) AS x: x is the document, under another name outside of the condition.
    private static SqlQuery OfDocuments(SqlQuery query, string alias, SqlQuery inner)
    {
        var filter = inner.Where is null || inner.From[0].Alias == alias ? inner.Where : new SubqueryExpression(SubqueryKind.Exists, inner with
        {
            Select = new SelectClause(false, null, new LiteralExpression(SqlValue.True), []),
            From = [inner.From[0] with { ContainerName = alias }],
        });
        return query with
        {
            From = [new FromSource(alias, null, Iterates: false, alias), .. query.From.Skip(1)],
            Where = filter is null || query.Where is null ? filter ?? query.Where : new LogicalExpression(isAnd: true, filter, query.Where),
        };
    }

    // FROM root JOIN x IN (SELECT .. FROM root).
    private static SqlQuery OfRows(SqlQuery query, FromSource derived, SqlQuery inner)
    {
        var root = NewName(query);
        var rows = new SubqueryExpression(
            SubqueryKind.Array, inner with { From = [inner.From[0] with { ContainerName = root }, .. inner.From.Skip(1)] });
        return query with
        {
            From = [new FromSource(root, null, Iterates: false, root), derived with { Source = rows, Iterates = true }, .. query.From.Skip(1)],
            Select = query.Select.IsStar && query.From.Count == 1
                ? query.Select with { Value = new AliasExpression(derived.Alias), Items = [] }
                : query.Select,
        };
    }

    private static bool IsRowByRow(SqlQuery inner) =>
        inner is { From: [{ Source: null }, ..], OrderBy.Count: 0, Offset: null, Select: { Distinct: false, Top: null } }
        && !QueryShape.Of(inner).IsGrouped;

    private static bool IsWholeDocument(SqlQuery inner) =>
        inner.From.Count == 1 && (inner.Select.IsStar || inner.Select.Value is AliasExpression value && value.Name == inner.From[0].Alias);

    private static string NewName(SqlQuery query)
    {
        var name = "root";
        while (query.From.Any(source => source.Alias == name))
            name += "_";
        return name;
    }
}
