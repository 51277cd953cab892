using System.Reflection;

namespace LocalPlatform.Functions;

/// <summary>Where functions are looked for: the public classes of the app's assembly, or a given set of classes in a test.</summary>
internal sealed record FunctionSource(IReadOnlyList<Type> Types, string ContentRoot)
{
    /// <summary>The exported classes of <paramref name="assembly"/>; its settings files lie beside it.</summary>
    public static FunctionSource Of(Assembly assembly) => new(assembly.GetExportedTypes(), AppContext.BaseDirectory);
}
