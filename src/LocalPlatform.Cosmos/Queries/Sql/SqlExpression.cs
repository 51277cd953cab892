using System.Text.Json;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>A scalar expression. Its text form is SQL again, for query plans and error messages.</summary>
internal abstract class SqlExpression
{
    public abstract SqlValue Evaluate(SqlScope scope);

    /// <summary>Direct operands; not those inside subqueries.</summary>
    public virtual IReadOnlyList<SqlExpression> Operands => [];

    /// <summary>Whether the value depends on parameters and literals only.</summary>
    public virtual bool IsConstant => Operands.Count > 0 && Operands.All(operand => operand.IsConstant);

    public abstract override string ToString();

    /// <summary>Levels from this node down to its deepest operand.</summary>
    public int Depth()
    {
        var open = new Stack<(SqlExpression Node, int Level)>([(this, 1)]);
        var deepest = 0;
        while (open.TryPop(out var next))
        {
            deepest = Math.Max(deepest, next.Level);
            foreach (var operand in next.Node.Operands)
                open.Push((operand, next.Level + 1));
        }
        return deepest;
    }

    /// <summary>This node and all below it, without recursion: chains of a thousand ORs are ordinary.</summary>
    public IEnumerable<SqlExpression> SelfAndDescendants()
    {
        var open = new Stack<SqlExpression>([this]);
        while (open.TryPop(out var node))
        {
            yield return node;
            for (var i = node.Operands.Count - 1; i >= 0; i--)
                open.Push(node.Operands[i]);
        }
    }
}

internal sealed class LiteralExpression(SqlValue value) : SqlExpression
{
    public static readonly LiteralExpression Undefined = new(SqlValue.Undefined);

    public SqlValue Value { get; } = value;

    public override bool IsConstant => true;

    public override SqlValue Evaluate(SqlScope scope) => Value;

    public override string ToString() => Value.IsDefined ? Value.ToIdentity() : "undefined";
}

internal sealed class ParameterExpression(string name) : SqlExpression
{
    public string Name { get; } = name;

    public override bool IsConstant => true;

    public override SqlValue Evaluate(SqlScope scope) => scope.Context!.Parameters.GetValueOrDefault(Name);

    public override string ToString() => Name;
}

/// <summary>An alias of FROM or JOIN.</summary>
internal sealed class AliasExpression(string name) : SqlExpression
{
    public string Name { get; } = name;

    public override bool IsConstant => false;

    public override SqlValue Evaluate(SqlScope scope) => scope.Find(Name);

    public override string ToString() => Name;
}

/// <summary><c>x.name</c>, <c>x["name"]</c> or <c>x[0]</c>.</summary>
internal sealed class MemberExpression(SqlExpression target, SqlExpression key) : SqlExpression
{
    public SqlExpression Target { get; } = target;

    /// <summary>The name, where it is written out.</summary>
    public string? ConstantName { get; } =
        key is LiteralExpression { Value.Kind: SqlKind.String } literal ? literal.Value.Text : null;

    public override IReadOnlyList<SqlExpression> Operands { get; } = [target, key];

    /// <summary>
    /// The path from an alias (<c>c.a.b</c> is alias c and <c>/a/b</c>), or null when this is another kind of expression. System
    /// properties have none: they are not in what is stored, so no index can hold them.
    /// </summary>
    public (string Alias, string Path)? AsPath() => ConstantName is null || ConstantName.AsSpan().ContainsAny("/\"'") ? null : Target switch
    {
        AliasExpression when SystemProperties.Contains(ConstantName) => null,
        AliasExpression alias => (alias.Name, "/" + ConstantName),
        MemberExpression member when member.AsPath() is var (alias, path) => (alias, $"{path}/{ConstantName}"),
        _ => null,
    };

    public override SqlValue Evaluate(SqlScope scope)
    {
        var target = Target.Evaluate(scope);
        if (ConstantName is not null)
            return target.Member(ConstantName);
        var key = Operands[1].Evaluate(scope);
        return key.Kind switch
        {
            SqlKind.String => target.Member(key.Text),
            SqlKind.Number => target.Element(key.Number),
            _ => SqlValue.Undefined,
        };
    }

    public override string ToString() => ConstantName is { } name
        ? IsPlain(name) ? $"{Target}.{name}" : $"{Target}[\"{JsonEncodedText.Encode(name, JsonText.RelaxedEncoder)}\"]"
        : $"{Target}[{Operands[1]}]";

    private static bool IsPlain(string name) =>
        !SqlKeywords.IsReserved(name) && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}

internal sealed class ArrayExpression(IReadOnlyList<SqlExpression> items) : SqlExpression
{
    public override IReadOnlyList<SqlExpression> Operands { get; } = items;

    public override bool IsConstant => Operands.All(item => item.IsConstant);

    public override SqlValue Evaluate(SqlScope scope) =>
        SqlValue.Of(Operands.Select(item => item.Evaluate(scope)).Where(value => value.IsDefined).ToArray());

    public override string ToString() => "[" + string.Join(", ", Operands) + "]";
}

internal sealed class ObjectExpression(IReadOnlyList<KeyValuePair<string, SqlExpression>> members) : SqlExpression
{
    public override IReadOnlyList<SqlExpression> Operands { get; } = [.. members.Select(member => member.Value)];

    public override bool IsConstant => Operands.All(item => item.IsConstant);

    public override SqlValue Evaluate(SqlScope scope) =>
        SqlValue.Of(members.Select(member => KeyValuePair.Create(member.Key, member.Value.Evaluate(scope))).ToArray());

    public override string ToString() =>
        "{" + string.Join(", ", members.Select(member => $"\"{JsonEncodedText.Encode(member.Key, JsonText.RelaxedEncoder)}\": {member.Value}")) + "}";
}

/// <summary><c>condition ? a : b</c>.</summary>
internal sealed class ConditionalExpression(SqlExpression condition, SqlExpression then, SqlExpression otherwise) : SqlExpression
{
    public override IReadOnlyList<SqlExpression> Operands { get; } = [condition, then, otherwise];

    public override SqlValue Evaluate(SqlScope scope) =>
        condition.Evaluate(scope).IsTrue ? then.Evaluate(scope) : otherwise.Evaluate(scope);

    public override string ToString() => $"({condition} ? {then} : {otherwise})";
}
