using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Sql;

/// <summary>What an expression is evaluated on: a document, and the parameters of the query.</summary>
/// <param name="Document">Undefined for an expression that is constant.</param>
/// <param name="Parameters">By name, the at sign included.</param>
/// <param name="Count">For the one row of a COUNT: its value.</param>
internal readonly record struct SqlRow(SqlValue Document, IReadOnlyDictionary<string, SqlValue> Parameters, long Count = 0);

/// <summary>A scalar expression. Its text form is SQL again, for query plans and error messages.</summary>
internal abstract class SqlExpression
{
    public abstract SqlValue Evaluate(in SqlRow row);

    public virtual IReadOnlyList<SqlExpression> Operands => [];

    /// <summary>Whether the value is the same for all documents.</summary>
    public virtual bool IsConstant => false;

    public abstract override string ToString();

    /// <summary>The paths in it.</summary>
    public virtual IEnumerable<PathExpression> Paths => Operands.SelectMany(operand => operand.Paths);
}

internal sealed class LiteralExpression(SqlValue value) : SqlExpression
{
    public override bool IsConstant => true;

    public override SqlValue Evaluate(in SqlRow row) => value;

    public override string ToString() => value.ToString();
}

internal sealed class ParameterExpression(string name) : SqlExpression
{
    public override bool IsConstant => true;

    public override SqlValue Evaluate(in SqlRow row) => row.Parameters.GetValueOrDefault(name);

    public override string ToString() => name;
}

/// <summary>A document (<c>c</c>) or a place in it (<c>c.name</c>, <c>c["name"].other</c>).</summary>
internal sealed class PathExpression(string alias, IReadOnlyList<string> names) : SqlExpression
{
    /// <summary>The name that the query gives the document.</summary>
    public string Alias { get; } = alias;

    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>
    /// The place as indexing policies write it, <c>/a/b</c>; null for the document itself, for names that need quotes, and for system
    /// properties: these are not in what is stored, so no index can hold them.
    /// </summary>
    public string? Path { get; } =
        names.Count == 0 || SystemProperties.Contains(names[0]) || names.Any(name => name.AsSpan().ContainsAny("/\"'"))
            ? null
            : "/" + string.Join('/', names);

    public override IEnumerable<PathExpression> Paths => [this];

    public override SqlValue Evaluate(in SqlRow row)
    {
        var value = row.Document;
        foreach (var name in Names)
            value = value.Member(name);
        return value;
    }

    public override string ToString() => Alias + string.Concat(Names.Select(name => IsPlain(name)
        ? "." + name
        : $"[\"{JsonEncodedText.Encode(name, JsonText.RelaxedEncoder)}\"]"));

    private static bool IsPlain(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}

/// <summary>A built-in function. There are two: what clients themselves send needs no more.</summary>
internal sealed class CallExpression : SqlExpression
{
    private CallExpression(string name, IReadOnlyList<SqlExpression> arguments)
    {
        Name = name;
        Operands = arguments;
    }

    public string Name { get; }

    public override IReadOnlyList<SqlExpression> Operands { get; }

    /// <summary>The call of a function by name, case ignored.</summary>
    /// <exception cref="SqlException">There is no such function, or it takes other arguments.</exception>
    public static CallExpression Of(string name, params IReadOnlyList<SqlExpression> arguments) =>
        (name.ToUpperInvariant(), arguments.Count) switch
        {
            ("IS_DEFINED", 1) => new("IS_DEFINED", arguments),
            ("STARTSWITH", 2) => new("STARTSWITH", arguments),
            _ => throw SqlException.Unsupported($"the function '{name}' with {arguments.Count} argument(s)"),
        };

    public override SqlValue Evaluate(in SqlRow row)
    {
        var value = Operands[0].Evaluate(row);
        if (Name == "IS_DEFINED")
            return SqlValue.Of(value.IsDefined);
        var prefix = Operands[1].Evaluate(row);
        return value.Kind == SqlKind.String && prefix.Kind == SqlKind.String
            ? SqlValue.Of(value.Text.StartsWith(prefix.Text, StringComparison.Ordinal))
            : SqlValue.Undefined;
    }

    public override string ToString() => $"{Name}({string.Join(", ", Operands)})";
}
