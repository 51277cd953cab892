using System.Reflection;

namespace Infrastructure.Tests;

/// <summary>Places and versions that the project file knows.</summary>
internal static class Metadata
{
    private static readonly Dictionary<string, string> Values = typeof(Metadata).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().ToDictionary(attribute => attribute.Key, attribute => attribute.Value!);

    public static string Root => Values["RepositoryRoot"];

    public static string BicepPath => Values["BicepPath"];

    public static string AppPath => Values["AppPath"];

    public static string DurableTaskHostPath => Values["DurableTaskHostPath"];

    public static string DurableTaskHostVersion => Values["DurableTaskHostVersion"];

    /// <summary>A file of the repository by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
