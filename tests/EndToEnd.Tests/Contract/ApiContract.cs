using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NJsonSchema;

namespace EndToEnd.Tests.Contract;

/// <summary>
/// The API document as something that responses can be checked against. Objects are closed here, though clients must leave them open: a
/// field that the shop sends and the document does not mention is a difference too.
/// </summary>
internal sealed class ApiContract
{
    private static readonly ConcurrentDictionary<string, ApiContract> Known = new();

    private readonly JsonObject _document;
    private readonly JsonObject _definitions;
    private readonly List<ApiPath> _paths;

    private ApiContract(JsonObject document)
    {
        _document = document;
        _definitions = Close(_document["components"]!["schemas"]!.DeepClone()).AsObject();
        _paths = [.. _document["paths"]!.AsObject().Select(path => ReadPath(path.Key, path.Value!.AsObject()))];
        ProblemTypes = _definitions["Problem"]!["properties"]!["type"]!["enum"]!.AsArray().Select(type => type!.GetValue<string>())
            .ToHashSet();
    }

    /// <summary>The contract that a document is; read once, for its schemas are dear to compile and every shop has the same.</summary>
    public static ApiContract Parse(string json) => Known.GetOrAdd(json, static json => new(JsonNode.Parse(json)!.AsObject()));

    /// <summary>The problem types that are documented.</summary>
    public IReadOnlySet<string> ProblemTypes { get; }

    /// <summary>
    /// The documented responses of a call; of a path or method that is not documented, those that every such call gets. What the document
    /// says once for all: <c>HEAD</c> is answered as <c>GET</c> is, <c>OPTIONS</c> with what there is.
    /// </summary>
    public ApiOperation OperationOf(string method, string path)
    {
        var segments = path.Split('/');
        // A literal segment is preferred over a parameter, as routing does.
        var known = _paths.Where(candidate => candidate.Fits(segments)).OrderBy(candidate => candidate.ParameterCount).FirstOrDefault();
        if (known is null)
            return Undocumented("nothing", "NotFound", 404);
        if (method == "OPTIONS")
            return new($"OPTIONS {known.Template}",
                new Dictionary<int, ApiResponse>
                {
                    [204] = new(new Dictionary<string, bool> { ["Allow"] = true },
                    new Dictionary<string, Lazy<JsonSchema>>())
                });
        return known.Operations.TryGetValue(method == "HEAD" ? "GET" : method, out var operation) ? operation
            : Undocumented($"{method} {known.Template}", "MethodNotAllowed", 405);
    }

    private ApiPath ReadPath(string template, JsonObject path) => new(template, path
        .Where(member => member.Key is "get" or "put" or "post" or "delete")
        .ToDictionary(
            member => member.Key.ToUpperInvariant(),
            member => ReadOperation($"{member.Key.ToUpperInvariant()} {template}", member.Value!["responses"]!.AsObject())));

    private ApiOperation Undocumented(string name, string response, int status) =>
        ReadOperation(name, new JsonObject { [$"{status}"] = new JsonObject { ["$ref"] = $"#/components/responses/{response}" } });

    private ApiOperation ReadOperation(string name, JsonObject responses) =>
        new(name, responses.ToDictionary(response => int.Parse(response.Key), response => ReadResponse(Resolve(response.Value!))));

    private ApiResponse ReadResponse(JsonNode response)
    {
        var headers = response["headers"]?.AsObject().ToDictionary(
            header => header.Key, header =>
                Resolve(header.Value!)["required"]?.GetValue<bool>() ?? false, StringComparer.OrdinalIgnoreCase);
        var contents = response["content"]?.AsObject()
            .ToDictionary(content => content.Key, content => LazySchema(content.Value!["schema"]!));
        return new(headers ?? [], contents ?? []);
    }

    private Lazy<JsonSchema> LazySchema(JsonNode schema) => new(() =>
    {
        // The library does not follow a reference at the root to a definition that has references itself; one level down it does.
        var root = new JsonObject { ["allOf"] = new JsonArray(Close(schema.DeepClone())), ["definitions"] = _definitions.DeepClone() };
        return JsonSchema.FromJsonAsync(root.ToJsonString()).GetAwaiter().GetResult();
    });

    /// <summary>Closes every object whose fields are listed, and points references to where the library looks for them.</summary>
    private static JsonNode Close(JsonNode node)
    {
        if (node is JsonObject described)
        {
            if (described.ContainsKey("properties") && described["type"]?.GetValueKind() == System.Text.Json.JsonValueKind.String)
                described.TryAdd("additionalProperties", false);
            // The library counts UTF-16 code units, of which a code point has at most two.
            if (described["maxLength"] is JsonValue length)
                described["maxLength"] = 2 * length.GetValue<int>();
            if (described["$ref"] is JsonValue target)
                described["$ref"] = target.GetValue<string>().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal);
        }
        foreach (var child in Children(node))
            Close(child);
        return node;
    }

    private static IEnumerable<JsonNode> Children(JsonNode node) => node switch
    {
        JsonObject parent => parent.Select(member => member.Value).OfType<JsonNode>(),
        JsonArray parent => parent.OfType<JsonNode>(),
        _ => [],
    };

    private JsonNode Resolve(JsonNode node) => node["$ref"] is JsonValue target
        ? target.GetValue<string>().Split('/').Skip(1).Aggregate((JsonNode)_document, (parent, name) => parent[name]!)
        : node;
}

/// <param name="Template">The path with its parameters in braces.</param>
/// <param name="Operations">What it offers, by method in upper case.</param>
internal sealed record ApiPath(string Template, IReadOnlyDictionary<string, ApiOperation> Operations)
{
    private readonly string[] _segments = Template.Split('/');

    public int ParameterCount => _segments.Count(segment => segment.StartsWith('{'));

    public bool Fits(string[] segments) =>
        segments.Length == _segments.Length
            && _segments.Zip(segments).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);
}

/// <param name="Name">Method and path.</param>
/// <param name="Responses">By status.</param>
internal sealed record ApiOperation(string Name, IReadOnlyDictionary<int, ApiResponse> Responses);

/// <param name="Headers">Documented headers, and whether each is always there.</param>
/// <param name="Contents">Schemas by media type; empty when there is no body.</param>
internal sealed record ApiResponse(IReadOnlyDictionary<string, bool> Headers, IReadOnlyDictionary<string, Lazy<JsonSchema>> Contents);
