using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>The map in docs/architecture.md is true: folders, what is in which file, and who may know whom.</summary>
public sealed partial class MapTests
{
    private static readonly (string Trigger, string Suffix)[] Suffixes =
        [("OrchestrationTriggerAttribute", "Orchestrator"), ("ActivityTriggerAttribute", "Activities"), ("TriggerAttribute", "Functions")];

    [Fact]
    public void A_capability_has_the_same_folder_in_both_projects() =>
        Assemblies.AssertNone(Folders("src/Commerce.Shared").Except(Folders("src/Commerce.Functions"))
            .Where(static folder => folder != "Json"));

    [Theory]
    [InlineData("src/Commerce.Shared", "tests/Commerce.Shared.Tests")]
    [InlineData("src/Commerce.Functions", "tests/Commerce.Functions.Tests")]
    public void Tests_have_the_folders_of_what_they_test(string source, string tests)
    {
        string[] ofTestsAlone = ["Support", "Lag", "Shards"];
        Assemblies.AssertNone(Folders(tests).Except(Folders(source)).Except(ofTestsAlone));
    }

    /// <summary>A capability that only whole shops run through is tested slowly and in few of its branches.</summary>
    [Theory]
    [InlineData("src/Commerce.Shared", "tests/Commerce.Shared.Tests")]
    [InlineData("src/Commerce.Functions", "tests/Commerce.Functions.Tests")]
    public void What_has_a_folder_has_tests_in_a_folder_of_the_same_name(string source, string tests)
    {
        var tested = (
            from test in Assemblies.Sources(tests)
            let parts = test.Path[(tests.Length + 1)..].Split('/')
            where parts.Length > 1 && TestMethod().IsMatch(test.Text)
            select parts[0]).ToHashSet();
        Assert.NotEmpty(tested);
        Assemblies.AssertNone(Folders(source).Except(tested).Select(folder => $"{source}/{folder} has no tests in {tests}/{folder}"));
    }

    [Theory]
    [InlineData("src/Commerce.Shared")]
    [InlineData("src/Commerce.Functions")]
    public void A_namespace_is_a_folder(string folder) => Assemblies.AssertNone(
        from source in Assemblies.Sources(folder)
        where source.Text.Contains("\nnamespace ", StringComparison.Ordinal)
            || source.Text.StartsWith("namespace ", StringComparison.Ordinal)
        let expected = Path.GetDirectoryName(source.Path)!["src/".Length..].Replace('/', '.')
        where !source.Text.Contains($"namespace {expected};", StringComparison.Ordinal)
        select source.Path);

    /// <summary>What wakes the app is found by the name of its file; so are orchestrators, and the activities that they call.</summary>
    [Fact]
    public void Every_trigger_is_in_a_file_that_says_so()
    {
        var sources = Assemblies.Sources("src/Commerce.Functions").Select(static source => Path.GetFileNameWithoutExtension(source.Path))
            .ToHashSet();
        Assemblies.AssertNone(
            from type in Assemblies.Functions.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where method.GetCustomAttribute<FunctionAttribute>() is not null
            from attribute in method.GetParameters().SelectMany(static parameter => parameter.GetCustomAttributes())
            let trigger = attribute.GetType().Name
            where trigger.EndsWith("TriggerAttribute", StringComparison.Ordinal)
            let suffix = Suffixes.First(known => trigger.EndsWith(known.Trigger, StringComparison.Ordinal)).Suffix
            where !type.Name.EndsWith(suffix, StringComparison.Ordinal) || !sources.Contains(type.Name)
            select $"{type.Name}.{method.Name} has a {trigger}: it belongs into a file *{suffix}.cs");
    }

    [Theory]
    [InlineData("Commerce.Shared")]
    [InlineData("Commerce.Functions")]
    public void No_folder_knows_another_that_knows_it(string project)
    {
        using var module = Assemblies.Read(project == "Commerce.Shared" ? Assemblies.Shared : Assemblies.Functions);
        var known = (
            from type in module.Types
            from used in UsedBy(type)
            let pair = (From: FolderOf(type.Namespace), To: FolderOf(used.Namespace))
            where pair is { From: not null, To: not null } && pair.From != pair.To
            select (pair.From!, pair.To!)).Distinct().ToLookup(static pair => pair.Item1, static pair => pair.Item2);
        Assert.NotEmpty(known);
        Assemblies.AssertNone(Circles.MembersIn(known).Select(static folder => $"{folder} knows itself by way of others"));

        string? FolderOf(string name) =>
            name.StartsWith(project + ".", StringComparison.Ordinal) ? name[(project.Length + 1)..].Split('.')[0] : null;
    }

    [GeneratedRegex(@"^ +\[(Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex TestMethod();

    private static IEnumerable<string> Folders(string project) =>
        from source in Assemblies.Sources(project)
        let parts = source.Path[(project.Length + 1)..].Split('/')
        where parts.Length > 1
        group source by parts[0] into folder
        select folder.Key;

    /// <summary>The types that a type names: what it is made of, what its members are, and what its code calls.</summary>
    private static IEnumerable<TypeReference> UsedBy(TypeDefinition outer) =>
        from type in Assemblies.WithNested(outer)
        from used in new[] { type.BaseType }
            .Concat(type.Interfaces.Select(static implemented => implemented.InterfaceType))
            .Concat(type.Fields.Select(static field => field.FieldType))
            .Concat(type.Methods.SelectMany(static method =>
                method.Parameters.Select(static parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(Assemblies.MembersUsedBy(type).Select(static member => member.DeclaringType))
        where used is not null
        from part in Parts(used)
        select part;

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification of => Parts(of.ElementType),
        _ => [type.DeclaringType ?? type],
    };
}
