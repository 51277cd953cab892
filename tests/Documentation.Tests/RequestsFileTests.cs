using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Functions.ApiDocs;

namespace Documentation.Tests;

/// <summary>Holds <c>docs/api/requests.http</c> to the API document.</summary>
public partial class RequestsFileTests
{
    private static readonly JsonElement Paths = JsonDocument.Parse(ApiDocument.Json).RootElement.GetProperty("paths");
    private static readonly List<Request> Requests = Parse(Repository.Read("docs/api/requests.http"));

    [GeneratedRegex(@"^(GET|POST|PUT|DELETE) \{\{base\}\}(\S+)$", RegexOptions.Multiline)]
    private static partial Regex RequestLine();

    [Fact]
    public void Every_request_calls_a_documented_operation() =>
        Assert.Empty(Requests.Where(request => OperationOf(request) is null).Select(request => $"{request.Method} {request.Path}"));

    [Fact]
    public void Every_call_that_needs_an_idempotency_key_sends_one()
    {
        var keyed = Requests.Where(request => OperationOf(request) is { } operation && TakesIdempotencyKey(operation)).ToList();

        Assert.NotEmpty(keyed);
        Assert.All(keyed, request => Assert.Contains("\nIdempotency-Key: ", request.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_body_is_json_with_the_required_fields_and_no_others()
    {
        foreach (var request in Requests)
        {
            var body = OperationOf(request) is { } operation && operation.TryGetProperty("requestBody", out var described) ? described
                : default(JsonElement?);
            Assert.True(body is not null || request.Body.Length == 0, request.Text);
            if (request.Body.Length == 0)
            {
                Assert.False(body is { } missing && missing.GetProperty("required").GetBoolean(), request.Text);
                continue;
            }
            var schema = Resolve(body!.Value.GetProperty("content").GetProperty("application/json").GetProperty("schema"));
            var fields = JsonDocument.Parse(request.Body).RootElement.EnumerateObject().Select(field => field.Name).ToList();
            Assert.Empty((schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!)
                : []).Except(fields));
            Assert.Empty(fields.Except(schema.GetProperty("properties").EnumerateObject().Select(property => property.Name)));
        }
    }

    [Fact]
    public void The_tour_goes_through_everything_a_customer_can_do()
    {
        var toured = Requests.Select(OperationOf).OfType<JsonElement>().Select(Id).ToHashSet();
        var ofCustomers = Paths.EnumerateObject()
            .Where(path => path.Name.StartsWith("/api/users/", StringComparison.Ordinal)
                || path.Name.StartsWith("/api/products", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Where(member => member.Name != "parameters"))
            .Select(operation => Id(operation.Value));

        Assert.Empty(ofCustomers.Except(toured));
    }

    private static string Id(JsonElement operation) => operation.GetProperty("operationId").GetString()!;

    private static bool TakesIdempotencyKey(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
        && parameters.EnumerateArray().Any(parameter =>
            parameter.TryGetProperty("$ref", out var name) && name.GetString()!.EndsWith("/IdempotencyKey", StringComparison.Ordinal));

    private static JsonElement Resolve(JsonElement schema) =>
        schema.TryGetProperty("$ref", out var target)
            ? target.GetString()!.Split('/').Skip(1)
                .Aggregate(JsonDocument.Parse(ApiDocument.Json).RootElement, (node, name) => node.GetProperty(name))
            : schema;

    /// <summary>The operation whose path fits best: a literal segment is preferred over a parameter.</summary>
    private static JsonElement? OperationOf(Request request)
    {
        var segments = request.Path.Split('?')[0].Split('/');
        var path = Paths.EnumerateObject()
            .Where(candidate => Fits(candidate.Name.Split('/'), segments))
            .OrderBy(candidate => candidate.Name.Count(character => character == '{'))
            .FirstOrDefault();
        return path.Value.ValueKind == JsonValueKind.Object
            && path.Value.TryGetProperty(request.Method.ToLowerInvariant(), out var operation) ? operation : null;
    }

    private static bool Fits(string[] template, string[] segments) =>
        template.Length == segments.Length && template.Zip(segments).All(pair => pair.First.StartsWith('{') || pair.First == pair.Second);

    private static List<Request> Parse(string text) => [.. Regex.Split(text, "^###", RegexOptions.Multiline)
        .Select(part => (Part: part, Line: RequestLine().Match(part)))
        .Where(part => part.Line.Success)
        .Select(part => new Request(
            part.Line.Groups[1].Value, part.Line.Groups[2].Value, part.Part,
            part.Part[part.Line.Index..].Split("\n\n", 2) is [_, var body] ? body.Trim() : ""))];

    private sealed record Request(string Method, string Path, string Text, string Body);
}
