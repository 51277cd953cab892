using System.Text.RegularExpressions;
using Mono.Cecil;

namespace LocalPlatform.Cosmos.Tests;

/// <summary>The parts of the gateway know each other in one direction, and lie where their names say.</summary>
public sealed partial class DirectionTests
{
    private const string Root = "LocalPlatform.Cosmos";

    // Who knows whom. A part may know only what stands above its own line.
    private static readonly (string Part, string[] Knows)[] Expected =
    [
        ("Values", []),
        ("Protocol", ["Values"]),
        ("Sql", ["Values"]),
        ("Containers", ["Protocol", "Values"]),
        ("Patch", ["Sql", "Values"]),
        ("Items", ["Containers", "Patch", "Protocol", "Values"]),
        ("Batch", ["Containers", "Items", "Patch", "Protocol", "Values"]),
        ("Feeds", ["Containers", "Protocol", "Values"]),
        ("Queries.Access", ["Containers", "Sql", "Values"]),
        ("Queries.Planning", ["Sql"]),
        ("Queries", ["Containers", "Feeds", "Protocol", "Queries.Access", "Queries.Planning", "Sql", "Values"]),
        ("Resources", ["Containers", "Protocol", "Values"]),
        ("", ["Batch", "Containers", "Feeds", "Items", "Protocol", "Queries", "Resources"]),
    ];

    [Fact]
    public void Parts_know_each_other_in_one_direction()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CosmosStore).Assembly.Location);
        var known =
            from type in module.Types
            where IsOurs(type)
            from used in Uses(type).Select(Outermost)
            where IsOurs(used) && used.Namespace != type.Namespace
            group PartOf(used) by PartOf(type) into parts
            select Line(parts.Key, parts.Distinct());
        Assert.Equal(
            Expected.Where(part => part.Knows.Length > 0).Select(part => Line(part.Part, part.Knows)).Order(StringComparer.Ordinal),
            known.Order(StringComparer.Ordinal));
        for (var i = 0; i < Expected.Length; i++)
            Assert.Empty(Expected[i].Knows.Except(Expected[..i].Select(part => part.Part)));
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Commerce.sln")))
            folder = Path.GetDirectoryName(folder)!;
        var source = Path.Combine(folder, "src", Root);
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(source, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(
            $"{Root}.{Path.GetDirectoryName(file)!.Replace('/', '.')}".TrimEnd('.'),
            Namespace().Match(File.ReadAllText(Path.Combine(source, file))).Groups[1].Value));
    }

    private static string Line(string part, IEnumerable<string> known) =>
        $"{part} knows {string.Join(", ", known.Order(StringComparer.Ordinal))}";

    private static bool IsOurs(TypeReference type) => type.Namespace.StartsWith(Root, StringComparison.Ordinal);

    private static string PartOf(TypeReference type) => type.Namespace == Root ? "" : type.Namespace[(Root.Length + 1)..];

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>The types that a type's members and code refer to, with all that the compiler nests in it.</summary>
    private static IEnumerable<TypeReference> Uses(TypeDefinition type) => type.NestedTypes.SelectMany(Uses)
        .Concat(type.BaseType is { } parent ? Parts(parent) : [])
        .Concat(type.Interfaces.SelectMany(implemented => Parts(implemented.InterfaceType)))
        .Concat(type.Fields.SelectMany(field => Parts(field.FieldType)))
        .Concat(type.Methods.SelectMany(Uses));

    private static IEnumerable<TypeReference> Uses(MethodDefinition method) => Signature(method).Concat(!method.HasBody ? [] :
        method.Body.Variables.SelectMany(variable => Parts(variable.VariableType))
            .Concat(method.Body.Instructions.SelectMany(instruction => instruction.Operand switch
            {
                TypeReference used => Parts(used),
                FieldReference field => Parts(field.DeclaringType).Concat(Parts(field.FieldType)),
                MethodReference called => Signature(called),
                _ => [],
            })));

    private static IEnumerable<TypeReference> Signature(MethodReference method) => Parts(method.ReturnType)
        .Concat(method.Parameters.SelectMany(parameter => Parts(parameter.ParameterType)))
        .Concat(method is GenericInstanceMethod generic ? generic.GenericArguments.SelectMany(Parts) : [])
        .Concat(method.DeclaringType is { } declaring ? Parts(declaring) : []);

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
