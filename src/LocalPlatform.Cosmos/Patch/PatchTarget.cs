using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalPlatform.Cosmos.Patch;

/// <summary>The place a pointer names: an existing parent and a member or element of it that need not exist.</summary>
internal readonly struct PatchTarget
{
    private readonly JsonNode _parent;
    private readonly string _name;

    private PatchTarget(JsonNode parent, string name)
    {
        _parent = parent;
        _name = name;
    }

    public bool Exists => _parent switch
    {
        JsonObject node => node.ContainsKey(_name),
        JsonArray array => Index(array) is { } index && index < array.Count,
        _ => false,
    };

    public JsonNode? Value => _parent switch
    {
        JsonObject node => node[_name],
        JsonArray array => array[Index(array)!.Value],
        _ => null,
    };

    /// <summary>Walks to the parent of the place. Answers the first segment that is missing on the way, or null.</summary>
    public static string? Find(JsonObject root, string[] path, out PatchTarget target)
    {
        target = default;
        JsonNode node = root;
        for (var i = 0; i < path.Length - 1; i++)
        {
            var step = new PatchTarget(node, path[i]);
            if (!step.Exists || step.Value is not { } next || next is not (JsonObject or JsonArray))
                return path[i];
            node = next;
        }
        target = new PatchTarget(node, path[^1]);
        return null;
    }

    /// <summary>Sets a member, or inserts into an array before the given element (<c>-</c>: at the end).</summary>
    public string? Add(JsonNode? value)
    {
        if (_parent is not JsonArray array)
            return SetMember(value);
        if (_name == "-")
        {
            array.Add(value);
            return null;
        }
        if (Index(array) is not { } index || index > array.Count)
            return OutOfRange("Add");
        array.Insert(index, value);
        return null;
    }

    /// <summary>Sets a member, or overwrites an element of an array (one past the end appends).</summary>
    public string? Set(JsonNode? value)
    {
        if (_parent is not JsonArray array)
            return SetMember(value);
        if (_name == "-" || Index(array) == array.Count)
        {
            array.Add(value);
            return null;
        }
        if (!Exists)
            return OutOfRange("Set");
        array[Index(array)!.Value] = value;
        return null;
    }

    public string? Replace(JsonNode? value) =>
        Exists ? Set(value) : $"Replace Operation needs an existing node at '{_name}'.";

    public string? Remove()
    {
        if (!Exists)
            return $"Remove Operation can only remove an existing node, nothing found at '{_name}'.";
        if (_parent is JsonArray array)
            array.RemoveAt(Index(array)!.Value);
        else
            _parent.AsObject().Remove(_name);
        return null;
    }

    /// <summary>Adds to the number there, or sets it where there is none. Whole numbers stay whole.</summary>
    public string? Increment(JsonValue by)
    {
        if (!Exists)
            return Set(by);
        if (Value is not JsonValue current || current.GetValueKind() != JsonValueKind.Number)
            return $"Increment Operation needs a number at '{_name}'.";
        return Set(Sum(current, by));
    }

    private static JsonValue Sum(JsonValue left, JsonValue right)
    {
        if (left.TryGetValue<long>(out var a) && right.TryGetValue<long>(out var b)
            && ((a ^ (a + b)) & (b ^ (a + b))) >= 0)
            return JsonValue.Create(a + b);
        return JsonValue.Create(left.GetValue<double>() + right.GetValue<double>());
    }

    private string? SetMember(JsonNode? value)
    {
        _parent.AsObject()[_name] = value;
        return null;
    }

    private int? Index(JsonArray array) =>
        int.TryParse(_name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= array.Count ? index : null;

    private string OutOfRange(string operation) => $"{operation} Operation: the array index '{_name}' lies outside the array.";
}
