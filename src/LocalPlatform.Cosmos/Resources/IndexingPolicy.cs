using System.Text.Json.Nodes;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>
/// Which paths a container lets be indexed. Among the included and excluded patterns the most specific (longest) one decides,
/// as in the service; <c>/*</c> is the least specific.
/// </summary>
internal sealed class IndexingPolicy
{
    private readonly List<(string Prefix, bool Exact, bool Included)> _rules = [];
    private readonly bool _isOff;

    private IndexingPolicy(bool isOff) => _isOff = isOff;

    public static IndexingPolicy Read(JsonNode policy)
    {
        var mode = policy["indexingMode"]?.GetValue<string>();
        var result = new IndexingPolicy(string.Equals(mode, "none", StringComparison.OrdinalIgnoreCase));
        result.AddRules(policy["includedPaths"], included: true);
        result.AddRules(policy["excludedPaths"], included: false);
        return result;
    }

    /// <summary>Whether the scalar at a path such as <c>/a/b</c> may be indexed.</summary>
    public bool Includes(string path)
    {
        if (_isOff)
            return false;
        var best = (Length: -1, Included: false);
        foreach (var (prefix, exact, included) in _rules)
        {
            var matches = exact ? path == prefix : path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal);
            if (matches && prefix.Length > best.Length)
                best = (prefix.Length, included);
        }
        return best.Included;
    }

    /// <summary>Whether the policy includes this very path by name, not only what lies above it.</summary>
    public bool Names(string path) => _rules.Exists(rule => rule.Included && rule.Prefix == path);

    private void AddRules(JsonNode? paths, bool included)
    {
        foreach (var entry in paths as JsonArray ?? [])
        {
            if (entry?["path"]?.GetValue<string>() is not { } pattern)
                continue;
            var exact = pattern.EndsWith("/?", StringComparison.Ordinal);
            var prefix = pattern.TrimEnd('*', '?').TrimEnd('/').Replace("\"", "", StringComparison.Ordinal);
            _rules.Add((prefix, exact, included));
        }
    }
}
