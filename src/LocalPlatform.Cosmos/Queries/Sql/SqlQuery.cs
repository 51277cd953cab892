namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>A column of the SELECT list; the alias is null where the text gives none.</summary>
internal sealed record SelectItem(SqlExpression Expression, string? Alias)
{
    /// <summary>The member's name: the alias, else the last name of a path, else none.</summary>
    public string? Name => Alias ?? (Expression as MemberExpression)?.ConstantName ?? (Expression as AliasExpression)?.Name;

    public override string ToString() => Alias is null ? $"{Expression}" : $"{Expression} AS {Alias}";
}

/// <summary>The SELECT clause: everything (<c>*</c>), one value (<c>VALUE</c>), or a list.</summary>
internal sealed record SelectClause(bool Distinct, SqlExpression? Top, SqlExpression? Value, IReadOnlyList<SelectItem> Items)
{
    public bool IsStar => Value is null && Items.Count == 0;

    public IEnumerable<SqlExpression> Expressions => Value is null ? Items.Select(item => item.Expression) : [Value];

    public override string ToString() =>
        "SELECT " + (Distinct ? "DISTINCT " : "") + (Top is null ? "" : $"TOP {Top} ")
        + (IsStar ? "*" : Value is not null ? $"VALUE {Value}" : string.Join(", ", Items));
}

/// <summary>
/// One source of FROM or JOIN. <paramref name="Source"/> is null for the container itself; with <paramref name="Iterates"/>
/// the alias takes each element of an array in turn, otherwise it names the value.
/// </summary>
internal sealed record FromSource(string Alias, SqlExpression? Source, bool Iterates, string? ContainerName)
{
    public override string ToString() =>
        Source is null ? (ContainerName is null || ContainerName == Alias ? Alias : $"{ContainerName} AS {Alias}")
        : Iterates ? $"{Alias} IN {(Source is SubqueryExpression { Kind: SubqueryKind.Array } rows ? $"({rows.Query})" : Source)}"
        : $"{Source} AS {Alias}";
}

internal sealed record OrderByItem(SqlExpression Expression, bool Descending)
{
    public override string ToString() => $"{Expression} {(Descending ? "DESC" : "ASC")}";
}

/// <summary>A query as parsed.</summary>
internal sealed record SqlQuery(
    SelectClause Select,
    IReadOnlyList<FromSource> From,
    SqlExpression? Where,
    IReadOnlyList<SqlExpression> GroupBy,
    IReadOnlyList<OrderByItem> OrderBy,
    SqlExpression? Offset,
    SqlExpression? Limit)
{
    /// <summary>Every expression of the query itself, those inside subqueries reached through their nodes.</summary>
    public IEnumerable<SqlExpression> Expressions
    {
        get
        {
            var all = Select.Expressions.Concat(From.Select(source => source.Source).OfType<SqlExpression>()).Concat(GroupBy)
                .Concat(OrderBy.Select(item => item.Expression));
            return Where is null ? all : all.Append(Where);
        }
    }

    public override string ToString() =>
        Select + (From.Count == 0 ? "" : " FROM " + string.Join(" JOIN ", From)) + (Where is null ? "" : $" WHERE {Where}")
        + (GroupBy.Count == 0 ? "" : " GROUP BY " + string.Join(", ", GroupBy))
        + (OrderBy.Count == 0 ? "" : " ORDER BY " + string.Join(", ", OrderBy))
        + (Offset is null ? "" : $" OFFSET {Offset} LIMIT {Limit}");
}
