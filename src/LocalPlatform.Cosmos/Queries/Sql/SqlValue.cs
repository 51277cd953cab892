using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Queries.Sql;

/// <summary>Kinds of values, in their sort order.</summary>
internal enum SqlKind : byte
{
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>
/// A value of the query language: a piece of a document (kept as its JSON, so that it is written out as it was), or something
/// computed. Strings out of documents are decoded when first needed.
/// </summary>
internal readonly struct SqlValue
{
    public static readonly SqlValue Undefined;
    public static readonly SqlValue Null = new(SqlKind.Null, 0, null);
    public static readonly SqlValue True = new(SqlKind.Boolean, 1, null);
    public static readonly SqlValue False = new(SqlKind.Boolean, 0, null);

    private readonly double _number;
    private readonly object? _computed;
    private readonly JsonElement _element;

    private SqlValue(SqlKind kind, double number, object? computed, JsonElement element = default)
    {
        Kind = kind;
        _number = number;
        _computed = computed;
        _element = element;
    }

    public SqlKind Kind { get; }

    public bool IsDefined => Kind != SqlKind.Undefined;

    public bool IsTrue => Kind == SqlKind.Boolean && _number != 0;

    public bool IsFalse => Kind == SqlKind.Boolean && _number == 0;

    public double Number => _number;

    public string Text => (string?)_computed ?? _element.GetString()!;

    public static SqlValue Of(bool value) => value ? True : False;

    /// <summary>NaN and the infinities are not JSON; such results are undefined.</summary>
    public static SqlValue Of(double value) => double.IsFinite(value) ? new(SqlKind.Number, value, null) : Undefined;

    public static SqlValue Of(string value) => new(SqlKind.String, 0, value);

    public static SqlValue Of(IReadOnlyList<SqlValue> items) => new(SqlKind.Array, 0, items);

    /// <summary>An object; members that are undefined are left out.</summary>
    public static SqlValue Of(IReadOnlyList<KeyValuePair<string, SqlValue>> members) => new(SqlKind.Object, 0, members);

    public static SqlValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => Null,
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => new(SqlKind.Number, element.GetDouble(), null, element),
        JsonValueKind.String => new(SqlKind.String, 0, null, element),
        JsonValueKind.Array => new(SqlKind.Array, 0, null, element),
        JsonValueKind.Object => new(SqlKind.Object, 0, null, element),
        _ => Undefined,
    };

    /// <summary>A member of an object; undefined when there is none or this is no object.</summary>
    public SqlValue Member(string name)
    {
        if (Kind != SqlKind.Object)
            return Undefined;
        if (_computed is null)
            return _element.TryGetProperty(name, out var value) ? Of(value) : Undefined;
        foreach (var (key, value) in (IReadOnlyList<KeyValuePair<string, SqlValue>>)_computed)
            if (key == name)
                return value;
        return Undefined;
    }

    /// <summary>An element of an array; undefined outside of it.</summary>
    public SqlValue Element(double index)
    {
        if (Kind != SqlKind.Array || index != Math.Truncate(index) || index < 0 || index >= Length)
            return Undefined;
        return _computed is IReadOnlyList<SqlValue> items ? items[(int)index] : Of(_element[(int)index]);
    }

    /// <summary>Number of elements of an array.</summary>
    public int Length => _computed is IReadOnlyList<SqlValue> items ? items.Count : _element.GetArrayLength();

    public IEnumerable<SqlValue> Elements =>
        _computed is IReadOnlyList<SqlValue> items ? items : _element.EnumerateArray().Select(Of);

    public IEnumerable<KeyValuePair<string, SqlValue>> Members => _computed is IReadOnlyList<KeyValuePair<string, SqlValue>> members
        ? members.Where(member => member.Value.IsDefined)
        : _element.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, Of(property.Value)));

    /// <summary>Equality as <c>=</c> has it: by kind and content, objects without regard to the order of members.</summary>
    public bool SameAs(in SqlValue other)
    {
        if (Kind != other.Kind)
            return false;
        return Kind switch
        {
            SqlKind.Boolean or SqlKind.Number => _number == other._number,
            SqlKind.String => SameText(other),
            SqlKind.Array => Length == other.Length && Elements.SequenceEqual(other.Elements, SameValues.Instance),
            SqlKind.Object => SameMembers(other),
            _ => true,
        };
    }

    /// <summary>The bytes this value sorts by; null when undefined.</summary>
    public byte[]? ToOrderKey() => Kind switch
    {
        SqlKind.Null => OrderKey.Null,
        SqlKind.Boolean => IsTrue ? OrderKey.True : OrderKey.False,
        SqlKind.Number => OrderKey.Of(_number),
        SqlKind.String => OrderKey.Of(Text),
        SqlKind.Array => OrderKey.Array,
        SqlKind.Object => OrderKey.Object,
        _ => null,
    };

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_computed is null && _element.ValueKind != JsonValueKind.Undefined)
        {
            _element.WriteTo(writer);
            return;
        }
        switch (Kind)
        {
            case SqlKind.Boolean:
                writer.WriteBooleanValue(IsTrue);
                break;
            case SqlKind.Number:
                WriteNumber(writer);
                break;
            case SqlKind.String:
                writer.WriteStringValue(Text);
                break;
            case SqlKind.Array:
                WriteArray(writer);
                break;
            case SqlKind.Object:
                WriteObject(writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>A text that is equal exactly for values that are the same; keys of groups and of DISTINCT.</summary>
    public string ToIdentity()
    {
        if (Kind is SqlKind.Array)
            return "[" + string.Join(',', Elements.Select(item => item.ToIdentity())) + "]";
        if (Kind is SqlKind.Object)
        {
            var members = Members.OrderBy(member => member.Key, StringComparer.Ordinal);
            return "{" + string.Join(',', members.Select(member => JsonEncodedText.Encode(member.Key) + ":" + member.Value.ToIdentity())) + "}";
        }
        return Kind switch
        {
            SqlKind.Undefined => "",
            SqlKind.Null => "null",
            SqlKind.Boolean => IsTrue ? "true" : "false",
            SqlKind.Number => (_number == 0 ? 0 : _number).ToString("R", CultureInfo.InvariantCulture),
            _ => $"\"{JsonEncodedText.Encode(Text, JsonText.RelaxedEncoder)}\"",
        };
    }

    private bool SameText(in SqlValue other) => (_computed, other._computed) switch
    {
        (null, string text) => _element.ValueEquals(text),
        (string text, null) => other._element.ValueEquals(text),
        _ => Text == other.Text,
    };

    private bool SameMembers(SqlValue other)
    {
        var members = Members.ToList();
        return members.Count == other.Members.Count() && members.TrueForAll(member => other.Member(member.Key).SameAs(member.Value));
    }

    private void WriteNumber(Utf8JsonWriter writer)
    {
        // Whole numbers are written without a fraction or an exponent, as far as a double holds them exactly.
        if (_number == Math.Truncate(_number) && Math.Abs(_number) < 1L << 53)
            writer.WriteNumberValue((long)_number);
        else
            writer.WriteNumberValue(_number);
    }

    private void WriteArray(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in Elements.Where(item => item.IsDefined))
            item.WriteTo(writer);
        writer.WriteEndArray();
    }

    private void WriteObject(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in Members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    private sealed class SameValues : IEqualityComparer<SqlValue>
    {
        public static readonly SameValues Instance = new();

        public bool Equals(SqlValue x, SqlValue y) => x.SameAs(y);

        public int GetHashCode(SqlValue obj) => (int)obj.Kind;
    }
}
