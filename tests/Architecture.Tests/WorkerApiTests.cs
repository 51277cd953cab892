using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>
/// The app is also built against the genuine Functions worker and Durable Task packages. So it may use of the platform's assembly
/// only what those have: <c>worker-api.txt</c> lists it.
/// </summary>
public sealed class WorkerApiTests
{
    private const string Platform = "LocalPlatform";

    private static readonly HashSet<string> Allowed = ReadList();

    [Fact]
    public void Only_names_that_the_genuine_packages_have_are_used()
    {
        using var module = Assemblies.Read(Assemblies.Functions);
        var used = UsedMembers(module).Concat(UsedTypes(module)).Concat(UsedAttributeProperties(module)).ToHashSet();
        Assert.NotEmpty(used);
        Assemblies.AssertNone(used.Except(Allowed));
    }

    [Fact]
    public void Every_listed_name_is_one_that_the_platform_has()
    {
        using var module = Assemblies.Read(Assemblies.Platform);
        var types = module.GetTypes().Where(type => type.IsPublic).ToList();
        var declared = types.Select(type => type.FullName)
            .Concat(types.SelectMany(type => type.Methods).Where(method => method.IsPublic || method.IsFamily).Select(Signature))
            .Concat(types.SelectMany(type => type.Properties).Select(property => $"{property.DeclaringType.FullName}::{property.Name}="))
            .ToHashSet();
        Assemblies.AssertNone(Allowed.Except(declared));
    }

    private static IEnumerable<string> UsedTypes(ModuleDefinition module) =>
        module.GetTypeReferences().Where(type => type.Scope.Name == Platform).Select(type => type.FullName);

    private static IEnumerable<string> UsedMembers(ModuleDefinition module) =>
        module.GetMemberReferences().OfType<MethodReference>()
            .Where(method => method.DeclaringType.GetElementType().Scope.Name == Platform)
            .Select(Signature);

    /// <summary>What attributes set by name, as in <c>[HttpTrigger(..., Route = "...")]</c>.</summary>
    private static IEnumerable<string> UsedAttributeProperties(ModuleDefinition module) =>
        from type in module.GetTypes()
        from method in type.Methods
        from attribute in method.CustomAttributes
            .Concat(method.Parameters.SelectMany(parameter => parameter.CustomAttributes))
            .Concat(method.MethodReturnType.CustomAttributes)
            .Concat(type.Properties.SelectMany(property => property.CustomAttributes))
        where attribute.AttributeType.Scope.Name == Platform
        from property in attribute.Properties
        select $"{attribute.AttributeType.FullName}::{property.Name}=";

    internal static string Signature(MethodReference method) =>
        $"{method.DeclaringType.GetElementType().FullName}::{method.Name}({string.Join(", ", method.Parameters.Select(parameter => ShortName(parameter.ParameterType)))})";

    private static string ShortName(TypeReference type) => type switch
    {
        GenericInstanceType generic => $"{generic.Name.Split('`')[0]}<{string.Join(", ", generic.GenericArguments.Select(ShortName))}>",
        _ => type.Name,
    };

    private static HashSet<string> ReadList()
    {
        using var list = new StreamReader(typeof(WorkerApiTests).Assembly.GetManifestResourceStream("worker-api.txt")!);
        return [.. list.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];
    }
}
