using System.Text.Json.Nodes;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// Which paths a container lets be indexed. Among the included and excluded patterns the most specific (longest) one decides,
/// as in the service; <c>/*</c> is the least specific.
/// </summary>
internal sealed class IndexingPolicy
{
    // Never indexed, whatever the policy.
    public const string IdPath = "/id";

    private const string ETagPath = "/\"_etag\"/?";

    private static readonly string[] Supported = ["indexingMode", "automatic", "includedPaths", "excludedPaths", "compositeIndexes"];

    private readonly List<(string Prefix, bool Exact, bool Included)> _rules = [];
    private readonly bool _isOff;

    private IndexingPolicy(bool isOff) => _isOff = isOff;

    /// <summary>
    /// Reads the policy of a container's definition, and gives it there the form in which the service shows it: with what a client
    /// left out. Says in <paramref name="error"/> what is not supported.
    /// </summary>
    public static IndexingPolicy? Complete(JsonObject definition, out string error)
    {
        if (definition["indexingPolicy"] is not JsonObject policy)
            definition["indexingPolicy"] = policy = [];
        error = policy.Where(part => !Supported.Contains(part.Key) && part.Value is JsonArray { Count: > 0 })
            .Select(part => $"The local gateway does not support '{part.Key}' of an indexing policy.").FirstOrDefault("");
        if (error.Length > 0)
            return null;
        policy["automatic"] ??= true;
        var isOff = string.Equals((policy["indexingMode"] ??= "consistent").ToString(), "none", StringComparison.OrdinalIgnoreCase);
        if (!isOff)
            CompletePaths(policy);
        var result = new IndexingPolicy(isOff);
        result.AddRules(policy["includedPaths"], included: true);
        result.AddRules(policy["excludedPaths"], included: false);
        return result;
    }

    /// <summary>Whether the scalar at a path such as <c>/a/b</c> may be indexed.</summary>
    public bool Includes(string path)
    {
        if (_isOff)
            return false;
        // Every container that has an index at all has one of its ids.
        if (path == IdPath)
            return true;
        var best = (Length: -1, Included: false);
        foreach (var (prefix, exact, included) in _rules)
        {
            var matches = exact ? path == prefix : path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal);
            if (matches && prefix.Length > best.Length)
                best = (prefix.Length, included);
        }
        return best.Included;
    }

    /// <summary>
    /// The properties that the policy includes by name: of these an index is likely to be wanted. System properties are not in the text of a
    /// document, and arrays have no single value.
    /// </summary>
    public IEnumerable<string> NamedPaths => _isOff ? [] : _rules
        .Where(rule => rule is { Included: true, Exact: true } && !rule.Prefix.StartsWith("/_", StringComparison.Ordinal)
            && !rule.Prefix.Contains('[', StringComparison.Ordinal))
        .Select(rule => rule.Prefix)
        .Distinct();

    /// <summary>Whether the policy includes this very path by name, not only what lies above it.</summary>
    public bool Names(string path) => _rules.Exists(rule => rule.Included && rule.Prefix == path);

    // Nothing included means everything, unless the policy excludes something.
    private static void CompletePaths(JsonObject policy)
    {
        if (policy["includedPaths"] is not JsonArray included
            || (included.Count == 0 && policy["excludedPaths"] is not JsonArray { Count: > 0 }))
            policy["includedPaths"] = new JsonArray(Path("/*"));
        if (policy["excludedPaths"] is not JsonArray excluded)
            policy["excludedPaths"] = excluded = [];
        if (!excluded.Any(entry => entry?["path"]?.ToString() == ETagPath))
            excluded.Add(Path(ETagPath));
    }

    private static JsonObject Path(string path) => new() { ["path"] = path };

    private void AddRules(JsonNode? paths, bool included)
    {
        foreach (var entry in paths as JsonArray ?? [])
        {
            if (entry?["path"]?.ToString() is not { } pattern)
                continue;
            var exact = pattern.EndsWith("/?", StringComparison.Ordinal);
            var prefix = pattern.TrimEnd('*', '?').TrimEnd('/').Replace("\"", "", StringComparison.Ordinal);
            _rules.Add((prefix, exact, included));
        }
    }
}
