namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>What names mean while an expression is evaluated: one alias with its value, and the scope around it.</summary>
internal sealed class SqlScope
{
    private readonly SqlScope? _outer;
    private readonly string? _alias;
    private readonly SqlValue _value;

    /// <summary>The outermost scope of an execution: no alias is known yet.</summary>
    public SqlScope(SqlContext context) => Context = context;

    private SqlScope(SqlScope outer, string? alias, SqlValue value)
    {
        _outer = outer;
        _alias = alias;
        _value = value;
        Context = outer.Context;
        Aggregates = outer.Aggregates;
    }

    public SqlContext Context { get; }

    /// <summary>Results of the aggregates of the group at hand, by <see cref="AggregateExpression.Index"/>.</summary>
    public SqlValue[]? Aggregates { get; private init; }

    public SqlScope With(string alias, SqlValue value) => new(this, alias, value);

    public SqlScope WithAggregates(SqlValue[] results) => new(this, null, SqlValue.Undefined) { Aggregates = results };

    public SqlValue Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
            if (scope._alias == name)
                return scope._value;
        return SqlValue.Undefined;
    }
}

/// <summary>What an execution brings along: parameters and the one instant all its rows see.</summary>
internal sealed record SqlContext(IReadOnlyDictionary<string, SqlValue> Parameters, DateTimeOffset Now)
{
    public static readonly SqlContext Empty = new(new Dictionary<string, SqlValue>(), DateTimeOffset.UnixEpoch);
}
