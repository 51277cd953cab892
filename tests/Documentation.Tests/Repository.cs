namespace Documentation.Tests;

/// <summary>The files of the repository, by their paths from its root with forward slashes.</summary>
internal static class Repository
{
    private static readonly string[] Foreign = ["bin", "obj", "node_modules", "artifacts", "TestResults"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(FullPath(path));

    public static bool Exists(string path) => Path.Exists(FullPath(path));

    /// <summary>Files whose name ends so, without what builds and tools leave behind.</summary>
    public static IEnumerable<string> Files(string under, string suffix) =>
        Walk(new DirectoryInfo(FullPath(under)))
            .Where(file => file.Name.EndsWith(suffix, StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static string FullPath(string path) => Path.GetFullPath(Path.Combine(Root, path));

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Concat(folder.EnumerateDirectories()
            .Where(child => !child.Name.StartsWith('.') && !Foreign.Contains(child.Name))
            .SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Commerce.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException("The tests run outside of the repository: there is no Commerce.sln above them.");
    }
}
