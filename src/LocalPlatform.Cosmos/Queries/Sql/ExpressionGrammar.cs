using System.Globalization;
using LocalPlatform.Cosmos.Queries.Functions;
using Parlot.Fluent;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>The grammar of scalar expressions, from loosest to tightest binding.</summary>
internal static class ExpressionGrammar
{
    /// <summary>A name that is no reserved word.</summary>
    public static readonly Parser<string> Name =
        Terms.Identifier().Then(span => span.ToString()).When((_, name) => !SqlKeywords.IsReserved(name));

    private static readonly Parser<SqlExpression> Parameter =
        Terms.Char('@').SkipAnd(Literals.Identifier()).Then<SqlExpression>(name => new ParameterExpression("@" + name));

    private static readonly Parser<SqlExpression> Number =
        Terms.Number<double>(NumberOptions.Float & ~NumberOptions.AllowLeadingSign)
            .Then<SqlExpression>(number => new LiteralExpression(SqlValue.Of(number)));

    private static readonly Parser<SqlExpression> String =
        Terms.String(StringLiteralQuotes.SingleOrDouble).Then<SqlExpression>(text => new LiteralExpression(SqlValue.Of(text.ToString())));

    private static readonly Parser<SqlExpression> Constant = OneOf(
        Number,
        String,
        Parameter,
        Keyword("TRUE").Then<SqlExpression>(_ => new LiteralExpression(SqlValue.True)),
        Keyword("FALSE").Then<SqlExpression>(_ => new LiteralExpression(SqlValue.False)),
        Keyword("NULL").Then<SqlExpression>(_ => new LiteralExpression(SqlValue.Null)),
        Keyword("UNDEFINED").Then<SqlExpression>(_ => LiteralExpression.Undefined));

    /// <summary>What TOP, OFFSET and LIMIT take: a number or a parameter.</summary>
    public static readonly Parser<SqlExpression> Count = OneOf(Number, Parameter);

    public static Parser<SqlExpression> Build(Parser<SqlQuery> query)
    {
        var expression = Deferred<SqlExpression>();
        var postfix = Postfix(Primary(expression, query), expression);
        var unary = Unary(postfix);
        var arithmetic = Chain(Chain(unary, "*", "/", "%"), "+", "-");
        var shifted = Chain(arithmetic, ">>>", ">>", "<<");
        var bits = Chain(Chain(Chain(Chain(shifted, "||"), "&"), "^"), "|");
        var comparison = Predicate(bits);
        var not = Deferred<SqlExpression>();
        not.Parser = OneOf(
            Keyword("NOT").SkipAnd(not).Then<SqlExpression>(operand => new UnaryExpression("NOT", operand)),
            comparison);
        var and = not.And(ZeroOrMany(Keyword("AND").SkipAnd(not)))
            .Then(x => x.Item2.Aggregate(x.Item1, (left, right) => new LogicalExpression(isAnd: true, left, right)));
        var or = and.And(ZeroOrMany(Keyword("OR").SkipAnd(and)))
            .Then(x => x.Item2.Aggregate(x.Item1, (left, right) => new LogicalExpression(isAnd: false, left, right)));
        var coalesced = Chain(or, "??");
        expression.Parser = coalesced
            .And(Terms.Char('?').SkipAnd(expression).AndSkip(Terms.Char(':')).And(expression).Optional())
            .Then(x => x.Item2.HasValue
                ? new ConditionalExpression(x.Item1, x.Item2.Value.Item1, x.Item2.Value.Item2)
                : x.Item1);
        return expression;
    }

    /// <summary>An alias with members: what FROM and JOIN range over.</summary>
    public static Parser<SqlExpression> Path(Parser<SqlExpression> expression) =>
        Postfix(Name.Then<SqlExpression>(name => new AliasExpression(name)), expression);

    private static Parser<SqlExpression> Primary(Parser<SqlExpression> expression, Parser<SqlQuery> query)
    {
        var arguments = Between(Terms.Char('('), Separated(Terms.Char(','), expression).Optional(), Terms.Char(')'))
            .Then(list => list.OrSome([])!);
        var subquery = Between(Terms.Char('('), query, Terms.Char(')'));
        var exists = Keyword("EXISTS").SkipAnd(subquery)
            .Then<SqlExpression>(inner => new SubqueryExpression(SubqueryKind.Exists, inner));
        var array = Keyword("ARRAY").SkipAnd(subquery)
            .Then<SqlExpression>(inner => new SubqueryExpression(SubqueryKind.Array, inner));
        var userDefined = Keyword("udf").AndSkip(Terms.Char('.')).SkipAnd(Name)
            .Then<SqlExpression>(name => throw SqlException.Unsupported($"user-defined function udf.{name}"));
        var call = Name.And(arguments).Then(x => SqlFunctions.Call(x.Item1, x.Item2));
        var alias = Name.Then<SqlExpression>(name => new AliasExpression(name));
        var items = Between(Terms.Char('['), Separated(Terms.Char(','), expression).Optional(), Terms.Char(']'))
            .Then<SqlExpression>(list => new ArrayExpression(list.OrSome([])!));
        var memberName = OneOf(
            Terms.String(StringLiteralQuotes.SingleOrDouble).Then(text => text.ToString()),
            Terms.Identifier().Then(text => text.ToString()));
        var member = memberName.AndSkip(Terms.Char(':')).And(expression).Then(x => KeyValuePair.Create(x.Item1, x.Item2));
        var members = Between(Terms.Char('{'), Separated(Terms.Char(','), member).Optional(), Terms.Char('}'))
            .Then<SqlExpression>(list => new ObjectExpression(list.OrSome([])!));
        var nested = subquery.Then<SqlExpression>(inner => new SubqueryExpression(SubqueryKind.Scalar, inner));
        var parenthesised = Between(Terms.Char('('), expression, Terms.Char(')'));
        return OneOf(Constant, exists, array, userDefined, call, alias, items, members, nested, parenthesised);
    }

    private static Parser<SqlExpression> Postfix(Parser<SqlExpression> primary, Parser<SqlExpression> expression)
    {
        // After a dot any word is a name, reserved or not.
        var dot = Terms.Char('.').SkipAnd(Terms.Identifier())
            .Then<SqlExpression>(name => new LiteralExpression(SqlValue.Of(name.ToString())));
        var bracket = Between(Terms.Char('['), expression, Terms.Char(']'));
        return primary.And(ZeroOrMany(OneOf(dot, bracket)))
            .Then(x => x.Item2.Aggregate(x.Item1, (target, key) => new MemberExpression(target, key)));
    }

    private static Parser<SqlExpression> Unary(Parser<SqlExpression> postfix)
    {
        var unary = Deferred<SqlExpression>();
        unary.Parser = OneOf(
            OneOf(Terms.Char('-'), Terms.Char('+'), Terms.Char('~')).And(unary).Then(x => Signed(x.Item1, x.Item2)),
            postfix);
        return unary;
    }

    private static SqlExpression Signed(char sign, SqlExpression operand) =>
        sign == '-' && operand is LiteralExpression { Value.Kind: SqlKind.Number } literal
            ? new LiteralExpression(SqlValue.Of(-literal.Value.Number))
            : new UnaryExpression(sign.ToString(CultureInfo.InvariantCulture), operand);

    private static Parser<SqlExpression> Predicate(Parser<SqlExpression> operand)
    {
        var list = Between(Terms.Char('('), Separated(Terms.Char(','), operand), Terms.Char(')'));
        var compare = OneOf(Symbols("<=", ">=", "!=", "<>", "=", "<", ">")).And(operand)
            .Then<Func<SqlExpression, SqlExpression>>(x => left => new BinaryExpression(x.Item1, left, x.Item2));
        var isIn = Keyword("IN").SkipAnd(list).Then<Func<SqlExpression, SqlExpression>>(x => left => new InExpression(left, x));
        var between = Keyword("BETWEEN").SkipAnd(operand).AndSkip(Keyword("AND")).And(operand)
            .Then<Func<SqlExpression, SqlExpression>>(x => left => new BetweenExpression(left, x.Item1, x.Item2));
        var like = Keyword("LIKE").SkipAnd(operand).And(Keyword("ESCAPE").SkipAnd(operand).Optional())
            .Then<Func<SqlExpression, SqlExpression>>(x => left => new LikeExpression(left, x.Item1, x.Item2.OrSome(null)));
        var positive = OneOf(isIn, between, like);
        var negated = Keyword("NOT").SkipAnd(positive)
            .Then<Func<SqlExpression, SqlExpression>>(test => left => new UnaryExpression("NOT", test(left)));
        return operand.And(ZeroOrMany(OneOf(compare, positive, negated)))
            .Then(x => x.Item2.Aggregate(x.Item1, (left, test) => test(left)));
    }

    private static Parser<SqlExpression> Chain(Parser<SqlExpression> operand, params string[] symbols) =>
        operand.And(ZeroOrMany(OneOf(Symbols(symbols)).And(operand)))
            .Then(x => x.Item2.Aggregate(x.Item1, (left, step) => new BinaryExpression(step.Item1, left, step.Item2)));

    // "|" is not half of "||", "?" not half of "??" and so on: a symbol must not run on into a longer one.
    private static Parser<string>[] Symbols(params string[] symbols) => [.. symbols.Select(symbol => symbol switch
    {
        "|" => Terms.Text("|").WhenNotFollowedBy(Literals.Char('|')),
        "<" => Terms.Text("<").WhenNotFollowedBy(Literals.Char('<')),
        ">" => Terms.Text(">").WhenNotFollowedBy(Literals.Char('>')),
        _ => Terms.Text(symbol),
    })];

    private static Parser<string> Keyword(string text) => Terms.Keyword(text, caseInsensitive: true);
}
