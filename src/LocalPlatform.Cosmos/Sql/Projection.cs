using System.Text.Json;

namespace LocalPlatform.Cosmos.Sql;

/// <summary>What SELECT makes of a row. Its text form is SQL again.</summary>
internal abstract class Projection
{
    public abstract IEnumerable<PathExpression> Paths { get; }

    /// <summary>The name of its own that it has in a list; null for none.</summary>
    public virtual string? Name => null;

    /// <summary>Whether the row gives a result at all.</summary>
    public virtual bool IsDefined(in SqlRow row) => true;

    /// <summary>Writes the value, as a member when there is a name; false, and nothing is written, when it is undefined.</summary>
    public abstract bool TryWrite(Utf8JsonWriter writer, string? name, in SqlRow row);

    public abstract override string ToString();

    protected static void WriteName(Utf8JsonWriter writer, string? name)
    {
        if (name is not null)
            writer.WritePropertyName(name);
    }
}

internal sealed class ValueProjection(SqlExpression value) : Projection
{
    public override IEnumerable<PathExpression> Paths => value.Paths;

    public override string? Name => value is PathExpression path ? path.Names.LastOrDefault(path.Alias) : null;

    public override bool IsDefined(in SqlRow row) => value.Evaluate(row).IsDefined;

    public override bool TryWrite(Utf8JsonWriter writer, string? name, in SqlRow row)
    {
        var result = value.Evaluate(row);
        if (!result.IsDefined)
            return false;
        WriteName(writer, name);
        result.WriteTo(writer);
        return true;
    }

    public override string ToString() => value.ToString();
}

/// <summary><c>{"a": .., "b": ..}</c>, and every list of selected values. Members that are undefined are left out.</summary>
internal sealed class ObjectProjection(IReadOnlyList<(string Name, Projection Value)> members) : Projection
{
    public override IEnumerable<PathExpression> Paths => members.SelectMany(member => member.Value.Paths);

    public override bool TryWrite(Utf8JsonWriter writer, string? name, in SqlRow row)
    {
        WriteName(writer, name);
        writer.WriteStartObject();
        foreach (var (member, value) in members)
            value.TryWrite(writer, member, row);
        writer.WriteEndObject();
        return true;
    }

    public override string ToString() =>
        "{" + string.Join(", ", members.Select(member => $"{SqlValue.Of(member.Name)}: {member.Value}")) + "}";
}

/// <summary><c>[a, b]</c>.</summary>
internal sealed class ArrayProjection(IReadOnlyList<Projection> items) : Projection
{
    public override IEnumerable<PathExpression> Paths => items.SelectMany(item => item.Paths);

    public override bool TryWrite(Utf8JsonWriter writer, string? name, in SqlRow row)
    {
        WriteName(writer, name);
        writer.WriteStartArray();
        foreach (var item in items)
            item.TryWrite(writer, null, row);
        writer.WriteEndArray();
        return true;
    }

    public override string ToString() => $"[{string.Join(", ", items)}]";
}

/// <summary>
/// <c>COUNT(x)</c>: how many rows have the value. A client that adds up the counts of several ranges asks each for its part,
/// <c>[{"item": COUNT(x)}]</c>.
/// </summary>
internal sealed class CountProjection(SqlExpression counted, bool isPart) : Projection
{
    public SqlExpression Counted { get; } = counted;

    public override IEnumerable<PathExpression> Paths => Counted.Paths;

    public override bool TryWrite(Utf8JsonWriter writer, string? name, in SqlRow row)
    {
        if (!isPart)
        {
            writer.WriteNumberValue(row.Count);
            return true;
        }
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteNumber("item", row.Count);
        writer.WriteEndObject();
        writer.WriteEndArray();
        return true;
    }

    /// <summary>The form that asks a range for its part.</summary>
    public override string ToString() => $"[{{\"item\": COUNT({Counted})}}]";
}
