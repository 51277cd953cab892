using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Contract;

/// <summary>A request that is right but for one value, which is at a bound of the document or beyond it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path with its query.</param>
/// <param name="Body">The JSON body, if the call takes one.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Field">The value's name, as a refusal must give it.</param>
/// <param name="IsInside">Whether the document admits the value.</param>
internal sealed record BoundaryCase(
    HttpMethod Method, string Path, string? Body, IReadOnlyDictionary<string, string> Headers, string Field, bool IsInside)
{
    public override string ToString() =>
        Shorten($"{(IsInside ? "inside" : "outside")} {Field}: {Method} {Path} {string.Join(' ', Headers)} {Body}");

    public static string Shorten(string text) => text.Length <= 400 ? text : $"{text[..300]}...{text[^80..]}";
}

/// <summary>Every call of the document, with every value of its parameters, headers and body at its bounds.</summary>
internal sealed class BoundaryCases
{
    private const string Here = "@here@";
    private const string Twice = "@twice@";
    private const string UsualUser = "/users/17850/";
    private readonly JsonObject _document;

    private BoundaryCases(string json) => _document = JsonNode.Parse(json)!.AsObject();

    public static IEnumerable<BoundaryCase> Of(string json)
    {
        var cases = new BoundaryCases(json);
        return
            from path in cases._document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            where operation.Key is "get" or "put" or "post" or "delete"
            from found in cases.OfCall(new HttpMethod(operation.Key.ToUpperInvariant()), path.Key, path.Value!.AsObject(),
                operation.Value!.AsObject())
            select found;
    }

    private IEnumerable<BoundaryCase> OfCall(HttpMethod method, string template, JsonObject path, JsonObject operation)
    {
        var parameters = new[] { path["parameters"], operation["parameters"] }.OfType<JsonArray>().SelectMany(list => list)
            .Select(node => Resolve(node!)).ToList();
        var content = operation["requestBody"]?["content"]?["application/json"];
        var call = new Call(method, template, content?["example"]?.AsObject());
        foreach (var parameter in parameters)
            call.Values[((string)parameter["in"]!, (string)parameter["name"]!)] = Usual(parameter);
        foreach (var found in parameters.Where(parameter => !WaitsForBooks(template, parameter)).SelectMany(found => OfParameter(call, found)))
            yield return found;
        foreach (var found in content is null ? [] : OfValue(call, Resolve(content["schema"]!), ""))
            yield return found;
    }

    /// <summary>Without a wait that it understands, each answer waits until all books are read; the same header is tried with orders.</summary>
    private static bool WaitsForBooks(string template, JsonObject parameter) =>
        template == "/api/ops/audit" && (string?)parameter["name"] == "Prefer";

    private static string? Usual(JsonObject parameter) =>
        parameter["example"]?.ToString() ?? ((bool?)parameter["required"] == true ? "*" : null);

    private IEnumerable<BoundaryCase> OfParameter(Call call, JsonObject parameter)
    {
        var schema = Resolve(parameter["schema"]!);
        foreach (var value in BoundaryValues.Of(schema))
        {
            // Addresses and headers have no types: a number is its digits, and there is nothing that is no string.
            var isNumber = (string?)schema["type"] == "integer";
            var text = isNumber ? (long.TryParse(value.Json, CultureInfo.InvariantCulture, out _) ? value.Json : null) : value.Text;
            if (text is not null && call.With((string)parameter["in"]!, (string)parameter["name"]!, text, value.IsInside) is { } found)
                yield return found;
        }
    }

    private IEnumerable<BoundaryCase> OfValue(Call call, JsonObject schema, string at) => (string?)schema["type"] switch
    {
        "object" => OfObject(call, schema, at),
        "array" => OfArray(call, schema, at),
        _ => BoundaryValues.Of(schema).Select(value => call.WithBody(at, value.Json, value.IsInside)),
    };

    private IEnumerable<BoundaryCase> OfObject(Call call, JsonObject schema, string at)
    {
        var members = schema["properties"]!.AsObject()
            .ToDictionary(member => at.Length == 0 ? member.Key : $"{at}.{member.Key}", member => Resolve(member.Value!));
        var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToList();
        foreach (var (name, member) in members)
        {
            yield return call.Without(name, isInside: !required.Contains(name.Split('.')[^1]));
            if (call.HasBody(name))
                yield return call.WithTwice(name);
            foreach (var found in OfValue(call, member, name))
                yield return found;
        }
        yield return call.WithBody(at.Length == 0 ? "unknown" : $"{at}.unknown", "1", isInside: (bool?)schema["additionalProperties"]
            ?? true);
    }

    private IEnumerable<BoundaryCase> OfArray(Call call, JsonObject schema, string at)
    {
        var item = call.BodyAt(at)![0]!.ToJsonString();
        var (min, max) = ((int)schema["minItems"]!, (int)schema["maxItems"]!);
        foreach (var count in (int[])[min - 1, min, max, max + 1])
            yield return call.WithBody(at, $"[{string.Join(',', Enumerable.Repeat(item, count))}]", count >= min && count <= max);
        foreach (var none in (string[])["1", "null", "{}", "\"\"", "[1]", new string('[', 20) + new string(']', 20)])
            yield return call.WithBody(at, none, isInside: false);
        foreach (var found in OfValue(call, Resolve(schema["items"]!), $"{at}[0]"))
            yield return found;
    }

    private JsonObject Resolve(JsonNode node) => node["$ref"] is JsonValue target
        ? ((string)target!).Split('/').Skip(1).Aggregate((JsonNode)_document, (parent, name) => parent[name]!).AsObject()
        : node.AsObject();

    /// <summary>A call with values that are right.</summary>
    private sealed record Call(HttpMethod Method, string Template, JsonObject? Example)
    {
        public Dictionary<(string In, string Name), string?> Values { get; init; } = [];

        public bool HasBody(string at) => BodyAt(at) is not null;

        public JsonNode? BodyAt(string at) => Steps(at).Aggregate((JsonNode?)Example, Step);

        /// <summary>The call with another value; null when it cannot be sent so.</summary>
        public BoundaryCase? With(string place, string name, string text, bool isInside) => CanBeSent(place, text)
            ? (this with { Values = new(Values) { [(place, name)] = text } }).Made(name, Example?.ToJsonString(), isInside)
            : null;

        /// <summary>Some strings would be another address, or no header.</summary>
        private bool CanBeSent(string place, string text) => place switch
        {
            "path" => text.Length > 0 && !text.Contains('/', StringComparison.Ordinal)
                && !(Template.EndsWith("products/{productId}", StringComparison.Ordinal) && text == "top"),
            "header" => text.All(char.IsAscii) && !text.Any(char.IsControl) && text.Trim() == text,
            _ => true,
        };

        public BoundaryCase WithBody(string at, string json, bool isInside) => Made(
            at, Changed(at, (parent, name) => Put(parent, name, Here)).Replace($"\"{Here}\"", json, StringComparison.Ordinal), isInside);

        public BoundaryCase Without(string at, bool isInside) =>
            Made(at, Changed(at, (parent, name) => parent.AsObject().Remove(name)), isInside);

        public BoundaryCase WithTwice(string at) => Made(
            at, Changed(at, (parent, name) => Put(parent, name + Twice, parent[name]!.DeepClone()))
                .Replace(Twice, "", StringComparison.Ordinal), isInside: false);

        private string Changed(string at, Action<JsonNode, string> change)
        {
            var body = Example!.DeepClone();
            var steps = Steps(at);
            change(steps.SkipLast(1).Aggregate((JsonNode?)body, Step)!, steps[^1]);
            return body.ToJsonString();
        }

        private static void Put(JsonNode parent, string name, JsonNode value)
        {
            if (parent is JsonArray array)
                array[int.Parse(name)] = value;
            else
                parent[name] = value;
        }

        private BoundaryCase Made(string field, string? body, bool isInside)
        {
            string Of(string name) => Uri.EscapeDataString(Values[("path", name)]!);

            var path = string.Join('/', Template.Split('/').Select(segment => segment.StartsWith('{') ? Of(segment[1..^1]) : segment));
            var query = Values.Where(value => value.Key.In == "query" && value.Value is not null)
                .Select(value => $"{value.Key.Name}={Uri.EscapeDataString(value.Value!)}");
            var headers = Values.Where(value => value.Key.In == "header" && value.Value is not null)
                .ToDictionary(value => value.Key.Name, value => value.Value!);
            // Each has a user of its own, so that nothing depends on what was tried before.
            path = path.Replace(UsualUser, $"/users/{ShopClient.NewId("user")}/", StringComparison.Ordinal);
            return new(Method, $"{path}?{string.Join('&', query)}", body, headers, field, isInside);
        }

        private static string[] Steps(string at) => at.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries);

        private static JsonNode? Step(JsonNode? node, string name) => node is JsonArray array ? array[int.Parse(name)] : node?[name];
    }
}
