namespace Commerce.Scale.Tests;

/// <summary>Files of the repository, by their paths from its root with forward slashes.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Commerce.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("No Commerce.sln is above the tests.");
    }
}
