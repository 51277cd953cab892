using Parlot.Fluent;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>The grammar of queries: clauses here, expressions in <see cref="ExpressionGrammar"/>.</summary>
internal static class SqlParser
{
    private const int LengthMax = 512 * 1024;

    // Three for each level of parentheses: more would be no query but an attack on the stack.
    private const int RecursionMax = 400;

    private static readonly Parser<SqlQuery> Grammar = Build();

    /// <summary>Parses a query.</summary>
    /// <exception cref="SqlException">The text is not one, or uses what is not supported; the message says what.</exception>
    public static SqlQuery Parse(string text)
    {
        if (text.Length > LengthMax)
            throw new SqlException($"The SQL query text exceeded the maximum limit of {LengthMax} characters.");
        var context = new ParseContext(new Parlot.Scanner(text), RecursionMax, useNewLines: false, disableLoopDetection: false, CancellationToken.None);
        if (Grammar.TryParse(context, out var query, out var error))
            return query;
        var position = error?.Position.Offset ?? 0;
        throw new SqlException($"Syntax error, incorrect syntax near '{Excerpt(text, position)}' at position {position}{(error is null ? "" : ": " + error.Message)}.");
    }

    private static Parser<SqlQuery> Build()
    {
        var query = Deferred<SqlQuery>();
        var expression = ExpressionGrammar.Build(query);
        var name = ExpressionGrammar.Name;

        var alias = Keyword("AS").Optional().SkipAnd(name);
        var item = expression.And(alias.Optional()).Then(x => new SelectItem(x.Item1, x.Item2.OrSome(null)));
        var top = Keyword("TOP").SkipAnd(ExpressionGrammar.Count);
        var selection = OneOf(
            Terms.Char('*').Then(_ => (Value: (SqlExpression?)null, Items: (IReadOnlyList<SelectItem>)[])),
            Keyword("VALUE").SkipAnd(expression).Then(value => (Value: (SqlExpression?)value, Items: (IReadOnlyList<SelectItem>)[])),
            Separated(Terms.Char(','), item).Then(items => (Value: (SqlExpression?)null, Items: items)));
        var select = Keyword("SELECT").SkipAnd(Keyword("DISTINCT").Optional()).And(top.Optional()).And(selection)
            .Then(x => new SelectClause(x.Item1.HasValue, x.Item2.OrSome(null), x.Item3.Value, x.Item3.Items));

        var from = Keyword("FROM").SkipAnd(Sources(expression, query, name));
        var where = Keyword("WHERE").SkipAnd(expression);
        var groupBy = Keyword("GROUP").AndSkip(Keyword("BY")).SkipAnd(Separated(Terms.Char(','), expression));
        var direction = OneOf(Keyword("ASC").Then(false), Keyword("DESC").Then(true)).Else(false);
        var orderBy = Keyword("ORDER").AndSkip(Keyword("BY"))
            .SkipAnd(Separated(Terms.Char(','), expression.And(direction).Then(x => new OrderByItem(x.Item1, x.Item2))));
        var offset = Keyword("OFFSET").SkipAnd(ExpressionGrammar.Count).AndSkip(Keyword("LIMIT")).And(ExpressionGrammar.Count);

        query.Parser = select.And(from.Optional()).And(where.Optional()).And(groupBy.Optional()).And(orderBy.Optional())
            .And(offset.Optional())
            .Then(x => new SqlQuery(
                x.Item1, x.Item2.OrSome([])!, x.Item3.OrSome(null), x.Item4.OrSome([])!, x.Item5.OrSome([])!,
                x.Item6.HasValue ? x.Item6.Value.Item1 : null, x.Item6.HasValue ? x.Item6.Value.Item2 : null));
        return query.AndSkip(Terms.Char(';').Optional()).AndSkip(SkipWhiteSpace(Eof()))
            .WithComments(comments => comments.WithWhiteSpaceOrNewLine().WithSingleLine("--").WithMultiLine("/*", "*/"));
    }

    private static Parser<IReadOnlyList<FromSource>> Sources(
        Parser<SqlExpression> expression, Parser<SqlQuery> query, Parser<string> name)
    {
        var subquery = Between(Terms.Char('('), query, Terms.Char(')'));
        var iteration = name.AndSkip(Keyword("IN")).And(OneOf(
                subquery.Then<SqlExpression>(inner => new SubqueryExpression(SubqueryKind.Array, inner)),
                ExpressionGrammar.Path(expression)))
            .Then(x => new FromSource(x.Item1, x.Item2, Iterates: true, null));
        var derived = subquery.And(Keyword("AS").Optional().SkipAnd(name).Optional())
            .Then(x => new FromSource(x.Item2.OrSome("")!, new SubqueryExpression(SubqueryKind.Array, x.Item1), Iterates: true, null));
        var path = ExpressionGrammar.Path(expression).And(Keyword("AS").Optional().SkipAnd(name).Optional())
            .Then(x => Direct(x.Item1, x.Item2.OrSome(null)));
        var source = OneOf(iteration, derived, path);
        return source.And(ZeroOrMany(Keyword("JOIN").SkipAnd(source))).Then<IReadOnlyList<FromSource>>(x => [x.Item1, .. x.Item2]);
    }

    private static FromSource Direct(SqlExpression path, string? alias) => path is AliasExpression container
        ? new FromSource(alias ?? container.Name, null, Iterates: false, container.Name)
        : new FromSource(alias ?? (path as MemberExpression)?.ConstantName ?? "", path, Iterates: false, null);

    private static Parser<string> Keyword(string text) => Terms.Keyword(text, caseInsensitive: true);

    private static string Excerpt(string text, int position)
    {
        const int Length = 24;
        var start = Math.Clamp(position, 0, text.Length);
        return text.Substring(start, Math.Min(Length, text.Length - start));
    }
}
