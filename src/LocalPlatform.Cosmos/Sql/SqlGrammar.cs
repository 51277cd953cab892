using System.Collections.Frozen;
using Parlot.Fluent;

namespace LocalPlatform.Cosmos.Sql;

/// <summary>The grammar: conditions from loosest to tightest binding, then selections, then the query.</summary>
internal static class SqlGrammar
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "AND", "AS", "ASC", "BETWEEN", "BY", "DESC", "DISTINCT", "ESCAPE", "EXISTS", "FALSE", "FROM", "GROUP", "IN", "JOIN", "LIKE",
        "LIMIT", "NOT", "NULL", "OFFSET", "OR", "ORDER", "SELECT", "TOP", "TRUE", "UNDEFINED", "VALUE", "WHERE",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Symbols = ["<=", ">=", "!=", "<>", "=", "<", ">"];

    /// <summary>A name that is no reserved word.</summary>
    private static readonly Parser<string> Name =
        Terms.Identifier().Then(span => span.ToString()).When((_, name) => !Reserved.Contains(name));

    private static readonly Parser<string> Text = Terms.String(StringLiteralQuotes.SingleOrDouble).Then(text => text.ToString());

    private static readonly Parser<SqlExpression> Number =
        Terms.Number<double>(NumberOptions.Float).Then<SqlExpression>(number => new LiteralExpression(SqlValue.Of(number)));

    private static readonly Parser<SqlExpression> Parameter =
        Terms.Char('@').SkipAnd(Literals.Identifier()).Then<SqlExpression>(name => new ParameterExpression("@" + name));

    /// <summary>What TOP, OFFSET and LIMIT take: a number or a parameter.</summary>
    private static readonly Parser<SqlExpression> Amount = OneOf(Number, Parameter);

    private static readonly Parser<SqlExpression> Constant = OneOf(
        Number,
        Parameter,
        Text.Then<SqlExpression>(text => new LiteralExpression(SqlValue.Of(text))),
        Literal("TRUE", SqlValue.True),
        Literal("FALSE", SqlValue.False),
        Literal("NULL", SqlValue.Null),
        Literal("UNDEFINED", SqlValue.Undefined));

    // After a dot any word is a name, reserved or not.
    private static readonly Parser<PathExpression> Path = Name
        .And(ZeroOrMany(OneOf(
            Terms.Char('.').SkipAnd(Terms.Identifier()).Then(name => name.ToString()),
            Between(Terms.Char('['), Text, Terms.Char(']')))))
        .Then(x => new PathExpression(x.Item1, x.Item2));

    private static readonly Parser<SqlExpression> Subquery =
        Terms.Char('(').SkipAnd(Keyword("SELECT")).Then<SqlExpression>(_ => throw SqlException.Unsupported("subqueries"));

    /// <summary>
    /// A query, as far as the text can be understood: what follows is for the caller to look at. FROM is optional for the same reason;
    /// without it the alias is empty.
    /// </summary>
    public static readonly Parser<SqlQuery> Query = BuildQuery(BuildCondition());

    private static Parser<SqlExpression> BuildCondition()
    {
        var condition = Deferred<SqlExpression>();
        var arguments = Between(Terms.Char('('), Separated(Terms.Char(','), condition), Terms.Char(')'));
        var call = Name.And(arguments).Then<SqlExpression>(x => CallExpression.Of(x.Item1, x.Item2));
        var userDefined = Keyword("udf").AndSkip(Terms.Char('.')).SkipAnd(Name)
            .Then<SqlExpression>(name => throw SqlException.Unsupported($"the user-defined function '{name}'"));
        var nested = Between(Terms.Char('('), condition, Terms.Char(')'));
        var operand = OneOf(
            Constant, Subquery, Unsupported<SqlExpression>("EXISTS"), userDefined, call, Path.Then<SqlExpression>(path => path), nested);
        var not = Deferred<SqlExpression>();
        not.Parser = OneOf(Keyword("NOT").SkipAnd(not).Then<SqlExpression>(negated => new NotExpression(negated)), BuildTest(operand));
        condition.Parser = Chain("OR", isAnd: false, Chain("AND", isAnd: true, not));
        return condition;
    }

    private static Parser<SqlExpression> BuildTest(Parser<SqlExpression> operand)
    {
        var symbol = OneOf([.. Symbols.Select(text => Terms.Text(text))]);
        var compare = symbol.And(operand)
            .Then<Func<SqlExpression, SqlExpression>>(x => left => new ComparisonExpression(x.Item1, left, x.Item2));
        var isIn = Keyword("IN").SkipAnd(Between(Terms.Char('('), Separated(Terms.Char(','), operand), Terms.Char(')')))
            .Then<Func<SqlExpression, SqlExpression>>(list => left => new InExpression(left, list));
        var between = Keyword("BETWEEN").SkipAnd(operand).AndSkip(Keyword("AND")).And(operand)
            .Then<Func<SqlExpression, SqlExpression>>(x => left => new LogicalExpression(
                isAnd: true, [new ComparisonExpression(">=", left, x.Item1), new ComparisonExpression("<=", left, x.Item2)]));
        var membership = OneOf(isIn, between);
        var negated = Keyword("NOT").SkipAnd(membership)
            .Then<Func<SqlExpression, SqlExpression>>(test => left => new NotExpression(test(left)));
        return operand.And(OneOf(compare, membership, negated).Optional()).Then(x => x.Item2.HasValue ? x.Item2.Value(x.Item1) : x.Item1);
    }

    private static Parser<SqlExpression> Chain(string keyword, bool isAnd, Parser<SqlExpression> operand) =>
        operand.And(ZeroOrMany(Keyword(keyword).SkipAnd(operand)))
            .Then(x => x.Item2.Count == 0 ? x.Item1 : new LogicalExpression(isAnd, [x.Item1, .. x.Item2]));

    private static Parser<SqlQuery> BuildQuery(Parser<SqlExpression> condition)
    {
        var top = Keyword("TOP").SkipAnd(Amount);
        var select = Keyword("SELECT").SkipAnd(Unsupported<string>("DISTINCT").Optional())
            .SkipAnd(top.Optional()).And(BuildSelection(condition));
        var from = Keyword("FROM").SkipAnd(Subquery.Optional()).SkipAnd(Name).And(Keyword("AS").Optional().SkipAnd(Name).Optional())
            .Then(x => x.Item2.OrSome(x.Item1)!);
        var where = Keyword("WHERE").SkipAnd(condition);
        var direction = OneOf(Keyword("ASC").Then(false), Keyword("DESC").Then(true)).Else(false);
        var orderBy = Keyword("ORDER").AndSkip(Keyword("BY"))
            .SkipAnd(Separated(Terms.Char(','), Path.And(direction).Then(x => new OrderByItem(x.Item1, x.Item2))));
        var window = Keyword("OFFSET").SkipAnd(Amount).AndSkip(Keyword("LIMIT")).And(Amount);
        return select.And(from.Optional()).And(where.Optional()).And(orderBy.Optional()).And(window.Optional())
            .Then(x => new SqlQuery(
                x.Item1.OrSome(null), x.Item2.Selection, x.Item2.IsValue, x.Item3.OrSome("")!, x.Item4.OrSome(null), x.Item5.OrSome([])!,
                x.Item6.HasValue ? x.Item6.Value.Item1 : null, x.Item6.HasValue ? x.Item6.Value.Item2 : null))
            .AndSkip(Terms.Char(';').Optional()).AndSkip(SkipWhiteSpace(Always()))
            .WithComments(comments => comments.WithWhiteSpaceOrNewLine().WithSingleLine("--").WithMultiLine("/*", "*/"));
    }

    private static Parser<(Projection? Selection, bool IsValue)> BuildSelection(Parser<SqlExpression> condition)
    {
        var projection = BuildProjection(condition);
        var count = Keyword("COUNT").SkipAnd(Between(Terms.Char('('), condition, Terms.Char(')')));
        var part = Between(
            Terms.Text("[").And(Terms.Text("{")), Text.When((_, name) => name == "item").AndSkip(Terms.Char(':')).SkipAnd(count),
            Terms.Text("}").And(Terms.Text("]")));
        var value = OneOf(
            count.Then<Projection>(counted => new CountProjection(counted, isPart: false)),
            part.Then<Projection>(counted => new CountProjection(counted, isPart: true)),
            projection);
        var item = projection.And(Keyword("AS").Optional().SkipAnd(Name).Optional());
        return OneOf(
            Terms.Char('*').Then(_ => (Selection: (Projection?)null, IsValue: false)),
            Keyword("VALUE").SkipAnd(value).Then(selected => (Selection: (Projection?)selected, IsValue: true)),
            Separated(Terms.Char(','), item.Then(x => (Value: x.Item1, Alias: (string?)x.Item2.OrSome(null))))
                .Then(items => (Selection: (Projection?)Listed(items), IsValue: false)));
    }

    private static Parser<Projection> BuildProjection(Parser<SqlExpression> condition)
    {
        var projection = Deferred<Projection>();
        var member = OneOf(Text, Terms.Identifier().Then(name => name.ToString())).AndSkip(Terms.Char(':')).And(projection);
        var members = Between(Terms.Char('{'), Separated(Terms.Char(','), member).Optional(), Terms.Char('}'))
            .Then<Projection>(list => new ObjectProjection([.. list.OrSome([])!.Select(x => (x.Item1, x.Item2))]));
        var items = Between(Terms.Char('['), Separated(Terms.Char(','), projection).Optional(), Terms.Char(']'))
            .Then<Projection>(list => new ArrayProjection(list.OrSome([])!));
        projection.Parser = OneOf(members, items, condition.Then<Projection>(value => new ValueProjection(value)));
        return projection;
    }

    // A member's name is its alias, else the last name of its path, else $1, $2 and so on.
    private static ObjectProjection Listed(IReadOnlyList<(Projection Value, string? Alias)> items)
    {
        var unnamed = 0;
        return new ObjectProjection([.. items.Select(item => (item.Alias ?? item.Value.Name ?? $"${++unnamed}", item.Value))]);
    }

    private static Parser<SqlExpression> Literal(string keyword, SqlValue value) =>
        Keyword(keyword).Then<SqlExpression>(_ => new LiteralExpression(value));

    private static Parser<T> Unsupported<T>(string keyword) =>
        Keyword(keyword).Then<T>(_ => throw SqlException.Unsupported(keyword));

    private static Parser<string> Keyword(string text) => Terms.Keyword(text, caseInsensitive: true);
}
