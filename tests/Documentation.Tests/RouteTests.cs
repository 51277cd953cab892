using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Commerce.Functions.ApiDocs;
using Commerce.Functions.Auth;
using Microsoft.Azure.Functions.Worker;

namespace Documentation.Tests;

/// <summary>Holds the paths, methods and scopes of the API document to the functions and to who may call them, both ways.</summary>
public class RouteTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(ApiDocument.Json).RootElement;

    [Fact]
    public void Every_function_is_documented_and_everything_documented_has_a_function() =>
        Assert.Equal(Functions().Select(function => function.Operation).Order(),
            Operations().Select(operation => operation.Operation).Order());

    [Fact]
    public void The_document_says_who_may_call_what_as_the_code_does()
    {
        var demanded = Functions().ToDictionary(function => function.Operation, function => Demanded(AccessTable.Find(function.Name)!));

        Assert.All(Operations(), operation => Assert.Equal(demanded.GetValueOrDefault(operation.Operation), operation.Security));
    }

    [Fact]
    public void The_document_says_how_a_call_is_refused_to_whom_it_is_not_for()
    {
        var rules = Functions().ToDictionary(function => function.Operation, function => AccessTable.Find(function.Name)!);

        Assert.All(Operations(), operation =>
        {
            var rule = rules[operation.Operation];
            Assert.Equal(rule.Need != Need.Public, operation.Answers.Contains("401"));
            Assert.Equal(rule.Need != Need.Public, operation.Answers.Contains("403"));
            // Who shows tokens that nobody knows is held up wherever a token is asked for.
            Assert.Equal(rule is not { Need: Need.Public, Share: Share.None }, operation.Answers.Contains("429"));
        });
    }

    [Fact]
    public void Each_scope_of_the_code_is_described_and_no_other()
    {
        var text = Document.GetProperty("info").GetProperty("description").GetString()!;
        var table = text[text.IndexOf("| scope |", StringComparison.Ordinal)..];
        var described = Regex.Matches(table[..table.IndexOf("\n\n", StringComparison.Ordinal)], "`([a-z]+\\.[a-z]+)`")
            .Select(match => match.Groups[1].Value);
        var known = typeof(Scopes).GetFields().Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(known.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
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
    private static IEnumerable<(string Operation, string Name)> Functions() =>
        from type in typeof(ApiDocument).Assembly.GetExportedTypes()
        from method in type.GetMethods()
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger?.Route is not null && !trigger.Route.StartsWith("{*", StringComparison.Ordinal)
        // What HEAD answers, the document says once for all.
        from verb in (trigger.Methods ?? []).Where(verb => verb != "head" || !trigger.Methods!.Contains("get"))
        select ($"{verb.ToUpperInvariant()} /api/{trigger.Route}", method.GetCustomAttribute<FunctionAttribute>()!.Name);

    /// <summary>The ways to be let in, each with the scope that it takes; a user's own token takes none.</summary>
    private static string Demanded(AccessRule rule) => rule.Need switch
    {
        Need.Public => "",
        Need.User => string.Join(", ", new[] { "token", Scopes.UsersAct, rule.Scope }.OfType<string>()),
        _ => rule.Scope!,
    };

    private static IEnumerable<(string Operation, string Security, IReadOnlyList<string> Answers)> Operations() =>
        from path in Document.GetProperty("paths").EnumerateObject()
        from member in path.Value.EnumerateObject()
        where member.Name is "get" or "put" or "post" or "delete" or "patch"
        let security = member.Value.TryGetProperty("security", out var own) ? own : Document.GetProperty("security")
        select (
            $"{member.Name.ToUpperInvariant()} {path.Name}",
            string.Join(", ", security.EnumerateArray()
                .Select(way => way.GetProperty("accessToken").EnumerateArray()
                    .SingleOrDefault() is { ValueKind: JsonValueKind.String } scope ? scope.GetString() : "token")),
            (IReadOnlyList<string>)[.. member.Value.GetProperty("responses").EnumerateObject().Select(answer => answer.Name)]);

    private static JsonElement Resolve(JsonElement node) => node.TryGetProperty("$ref", out var target)
        ? target.GetString()!.Split('/').Skip(1).Aggregate(Document, (parent, name) => parent.GetProperty(name))
        : node;
}
