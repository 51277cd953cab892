using System.Globalization;
using System.Text.Json;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Sql;

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
/// A value of the query language: a piece of a document or a parameter, kept as its JSON so that it is written out as it was, or a
/// scalar of the query's own. Strings out of documents are decoded when first needed.
/// </summary>
internal readonly struct SqlValue
{
    public static readonly SqlValue Undefined;
    public static readonly SqlValue Null = new(SqlKind.Null);
    public static readonly SqlValue True = new(SqlKind.Boolean, 1);
    public static readonly SqlValue False = new(SqlKind.Boolean);

    private readonly string? _text;
    private readonly JsonElement _element;

    private SqlValue(SqlKind kind, double number = 0, string? text = null, JsonElement element = default)
    {
        Kind = kind;
        Number = number;
        _text = text;
        _element = element;
    }

    public SqlKind Kind { get; }

    public double Number { get; }

    public bool IsDefined => Kind != SqlKind.Undefined;

    public bool IsTrue => Kind == SqlKind.Boolean && Number != 0;

    public bool IsFalse => Kind == SqlKind.Boolean && Number == 0;

    public string Text => _text ?? _element.GetString()!;

    public static SqlValue Of(bool value) => value ? True : False;

    public static SqlValue Of(double value) => new(SqlKind.Number, value);

    public static SqlValue Of(string value) => new(SqlKind.String, text: value);

    public static SqlValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => Null,
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => new(SqlKind.Number, element.GetDouble(), element: element),
        JsonValueKind.String => new(SqlKind.String, element: element),
        JsonValueKind.Array => new(SqlKind.Array, element: element),
        JsonValueKind.Object => new(SqlKind.Object, element: element),
        _ => Undefined,
    };

    /// <summary>A member of an object; undefined when there is none or this is no object.</summary>
    public SqlValue Member(string name) => Kind == SqlKind.Object && _element.TryGetProperty(name, out var value) ? Of(value) : Undefined;

    /// <summary>Equality as <c>=</c> has it: by kind and content, objects without regard to the order of members.</summary>
    public bool SameAs(in SqlValue other) => Kind == other.Kind && Kind switch
    {
        SqlKind.Boolean or SqlKind.Number => Number == other.Number,
        SqlKind.String => SameText(other),
        SqlKind.Array or SqlKind.Object => JsonElement.DeepEquals(_element, other._element),
        _ => true,
    };

    /// <summary>How this value stands to another of its kind (negative: before it); null where there is no order between the two.</summary>
    public int? CompareTo(in SqlValue other) => Kind != other.Kind ? null : Kind switch
    {
        SqlKind.Number or SqlKind.Boolean => Number.CompareTo(other.Number),
        SqlKind.String => string.CompareOrdinal(Text, other.Text),
        SqlKind.Null => 0,
        _ => null,
    };

    /// <summary>The bytes this value sorts by; null when undefined.</summary>
    public byte[]? ToOrderKey() => Kind switch
    {
        SqlKind.Null => OrderKey.Null,
        SqlKind.Boolean => IsTrue ? OrderKey.True : OrderKey.False,
        SqlKind.Number => OrderKey.Of(Number),
        SqlKind.String => OrderKey.Of(Text),
        SqlKind.Array => OrderKey.Array,
        SqlKind.Object => OrderKey.Object,
        _ => null,
    };

    public void WriteTo(Utf8JsonWriter writer)
    {
        if (_element.ValueKind != JsonValueKind.Undefined)
            _element.WriteTo(writer);
        else
            writer.WriteRawValue(ToString());
    }

    /// <summary>A scalar as SQL has it, which is its JSON.</summary>
    public override string ToString() => Kind switch
    {
        SqlKind.Undefined => "undefined",
        SqlKind.Null => "null",
        SqlKind.Boolean => IsTrue ? "true" : "false",
        SqlKind.Number => Number.ToString("R", CultureInfo.InvariantCulture),
        SqlKind.String => $"\"{JsonEncodedText.Encode(Text, JsonText.RelaxedEncoder)}\"",
        _ => _element.GetRawText(),
    };

    private bool SameText(in SqlValue other) => (_text, other._text) switch
    {
        (null, { } text) => _element.ValueEquals(text),
        ({ } text, null) => other._element.ValueEquals(text),
        _ => Text == other.Text,
    };
}
