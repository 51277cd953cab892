using System.Reflection;
using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace Architecture.Tests;

/// <summary>What is looked at: the assemblies as they are built, and the sources they are built from.</summary>
internal static class Assemblies
{
    public static Assembly Shared { get; } = typeof(Commerce.Shared.Limits).Assembly;

    public static Assembly Functions { get; } = typeof(Commerce.Functions.Cosmos.CommerceDatabase).Assembly;

    public static Assembly ServiceBusExtension { get; } = typeof(Microsoft.Azure.Functions.Worker.ServiceBusTriggerAttribute).Assembly;

    /// <summary>The platform's parts, each of which may know those before it.</summary>
    public static IReadOnlyList<Assembly> Platform { get; } =
    [
        .. new[] { "LocalPlatform.Storage", "LocalPlatform.Cosmos", "LocalPlatform.ServiceBus", "LocalPlatform.Durable",
            "LocalPlatform" }.Select(Assembly.Load),
    ];

    public static string Root { get; } = FindRoot();

    public static ModuleDefinition Read(Assembly assembly) => ModuleDefinition.ReadModule(assembly.Location);

    /// <summary>A type with all that the compiler nests in it: state machines, closures.</summary>
    public static IEnumerable<TypeDefinition> WithNested(TypeDefinition type) => type.NestedTypes.SelectMany(WithNested).Prepend(type);

    /// <summary>The members that the code of a type refers to.</summary>
    public static IEnumerable<MemberReference> MembersUsedBy(TypeDefinition type) =>
        from part in WithNested(type)
        from method in part.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference or FieldReference
        select (MemberReference)instruction.Operand;

    public static IEnumerable<(string Path, string Text)> Sources(string folder) =>
        from path in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Root, path).Replace('\\', '/')
        where !relative.Contains("/obj/", StringComparison.Ordinal) && !relative.Contains("/bin/", StringComparison.Ordinal)
        select (relative, File.ReadAllText(path));

    /// <summary>Fails with all that was found, a line each.</summary>
    public static void AssertNone(IEnumerable<string> found)
    {
        var lines = found.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(lines.Count == 0, string.Join('\n', lines.Prepend("")));
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // A deterministic build writes another path than the one on disk; then the folder of the binaries leads there.
        var folder = File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Commerce.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        return folder;
    }
}
