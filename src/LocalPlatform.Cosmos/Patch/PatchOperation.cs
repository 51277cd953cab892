using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Patch;

internal enum PatchKind
{
    Add,
    Set,
    Replace,
    Remove,
    Increment,
    Move,
}

/// <summary>One operation of a patch, with its JSON pointer taken apart.</summary>
internal sealed class PatchOperation
{
    private readonly PatchKind _kind;
    private readonly string[] _path;
    private readonly string[] _from;
    private readonly JsonNode? _value;

    private PatchOperation(PatchKind kind, string[] path, string[] from, JsonNode? value)
    {
        _kind = kind;
        _path = path;
        _from = from;
        _value = value;
    }

    /// <summary>Reads one operation, or says what is wrong with it. <paramref name="number"/> counts from 1.</summary>
    public static PatchOperation? TryParse(JsonElement json, int number, out string error)
    {
        error = $"For Operation({number}): The operation needs a known 'op' and a 'path' that starts with '/'.";
        if (json.ValueKind != JsonValueKind.Object || KindOf(json) is not { } kind || PointerOf(json, "path"u8) is not { } path)
            return null;
        string[] from = [];
        if (kind == PatchKind.Move)
        {
            if (PointerOf(json, "from"u8) is not { } source)
                return null;
            from = source;
        }
        var hasValue = json.TryGetProperty("value"u8, out var value);
        if (!hasValue && kind is not (PatchKind.Remove or PatchKind.Move))
        {
            error = $"For Operation({number}): The operation needs a 'value'.";
            return null;
        }
        if (kind == PatchKind.Increment && value.ValueKind != JsonValueKind.Number)
        {
            error = $"For Operation({number}): The value of an increment must be a number.";
            return null;
        }
        if (IsSystem(path) || IsSystem(from))
        {
            error = $"For Operation({number}): The path names a system property, which cannot be patched.";
            return null;
        }
        return new PatchOperation(kind, path, from, hasValue ? NodeOf(value) : null);
    }

    /// <summary>Changes <paramref name="root"/>, once: the value becomes a part of it. Answers why it cannot, or null.</summary>
    public string? Apply(JsonObject root)
    {
        if (_kind == PatchKind.Move)
            return Move(root);
        return PatchTarget.Find(root, _path, out var target) is { } missing
            ? $"{_kind} Operation can only create a child object of an existing node(array or object) and cannot create path "
                + $"recursively, no path found beyond: '{missing}'."
            : Apply(target, _value);
    }

    private string? Apply(PatchTarget target, JsonNode? value) => _kind switch
    {
        PatchKind.Add => target.Add(value),
        PatchKind.Set => target.Set(value),
        PatchKind.Replace => target.Replace(value),
        PatchKind.Remove => target.Remove(),
        _ => target.Increment(value!.AsValue()),
    };

    private string? Move(JsonObject root)
    {
        if (_path.Length > _from.Length && _path.AsSpan().StartsWith(_from))
            return "Move Operation cannot move a node into its own child.";
        if (PatchTarget.Find(root, _from, out var source) is not null || !source.Exists)
            return $"Move Operation needs an existing node at '/{string.Join('/', _from)}'.";
        var value = source.Value?.DeepClone();
        source.Remove();
        return PatchTarget.Find(root, _path, out var target) is { } missing
            ? "Move Operation can only create a child object of an existing node(array or object) and cannot create path "
                + $"recursively, no path found beyond: '{missing}'."
            : target.Add(value);
    }

    private static PatchKind? KindOf(JsonElement json) =>
        !json.TryGetProperty("op"u8, out var op) || op.ValueKind != JsonValueKind.String ? null : op.GetString() switch
        {
            "add" => PatchKind.Add,
            "set" => PatchKind.Set,
            "replace" => PatchKind.Replace,
            "remove" => PatchKind.Remove,
            "incr" => PatchKind.Increment,
            "move" => PatchKind.Move,
            _ => null,
        };

    private static string[]? PointerOf(JsonElement json, ReadOnlySpan<byte> name)
    {
        if (!json.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String
            || value.GetString() is not ['/', _, ..] pointer)
            return null;
        return [.. pointer[1..].Split('/').Select(Unescape)];
    }

    private static string Unescape(string segment) =>
        segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static bool IsSystem(string[] path) => path.Length == 1 && (path[0] == "id" || SystemProperties.Contains(path[0]));

    // The element's document is gone when the operation is applied.
    private static JsonNode? NodeOf(JsonElement value) => JsonText.NodeOfStored(JsonMarshal.GetRawUtf8Value(value));
}
