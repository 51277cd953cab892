using System.Reflection;
using System.Text.Json;
using Commerce.Functions.ApiDocs;
using Microsoft.Azure.Functions.Worker;

namespace Documentation.Tests;

/// <summary>Holds the paths, methods and keys of the API document to the functions' triggers, both ways.</summary>
public class RouteTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(ApiDocument.Json).RootElement;

    [Fact]
    public void Every_function_is_documented_and_everything_documented_has_a_function() =>
        Assert.Equal(Functions().Select(function => function.Operation).Order(), Operations().Select(operation => operation.Operation).Order());

    [Fact]
    public void The_document_names_the_key_that_the_trigger_demands()
    {
        var demanded = Functions().ToDictionary(function => function.Operation, function => function.Key);

        Assert.All(Operations(), operation => Assert.Equal(demanded.GetValueOrDefault(operation.Operation), operation.Key));
    }

    [Fact]
    public void Every_parameter_of_a_path_is_documented_and_described()
    {
        foreach (var path in Document.GetProperty("paths").EnumerateObject())
        {
            var inPath = path.Name.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}'));
            var described = path.Value.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Select(parameter => Resolve(parameter).GetProperty("name").GetString()!)
                : [];
            Assert.Equal(inPath, described);
        }
    }

    /// <summary>All HTTP triggers but the one that catches what no other takes.</summary>
    private static IEnumerable<(string Operation, string Key)> Functions() =>
        from type in typeof(ApiDocument).Assembly.GetExportedTypes()
        from method in type.GetMethods()
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger?.Route is not null && !trigger.Route.StartsWith("{*", StringComparison.Ordinal)
        // What HEAD answers, the document says once for all.
        from verb in (trigger.Methods ?? []).Where(verb => verb != "head" || !trigger.Methods!.Contains("get"))
        select ($"{verb.ToUpperInvariant()} /api/{trigger.Route}", trigger.AuthLevel switch
        {
            AuthorizationLevel.Anonymous => "none",
            AuthorizationLevel.Admin => "operatorKeyHeader",
            var level => level == AuthorizationLevel.Function ? "functionKeyHeader" : $"{level}",
        });

    private static IEnumerable<(string Operation, string Key)> Operations() =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from member in path.Value.EnumerateObject()
        where member.Name is "get" or "put" or "post" or "delete" or "patch"
        let security = member.Value.TryGetProperty("security", out var own) ? own : Document.GetProperty("security")
        select ($"{member.Name.ToUpperInvariant()} {path.Name}", security.GetArrayLength() == 0 ? "none" : security[0].EnumerateObject().Single().Name);

    private static JsonElement Resolve(JsonElement node) => node.TryGetProperty("$ref", out var target)
        ? target.GetString()!.Split('/').Skip(1).Aggregate(Document, (parent, name) => parent.GetProperty(name))
        : node;
}
