using System.Collections.Frozen;
using System.Reflection;
using Commerce.Functions.Http;

namespace Commerce.Functions.Console;

/// <summary>The console's files, as they were when the app was built. Each is packed when it is first asked for.</summary>
internal static class ConsoleFiles
{
    private const string Prefix = "console/";

    private static readonly Assembly Assembly = typeof(ConsoleFiles).Assembly;

    private static readonly FrozenDictionary<string, Lazy<StaticContent>> Files = Assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(
            static name => name[Prefix.Length..],
            static name => new Lazy<StaticContent>(() => StaticContent.Packed(StaticContent.Read(Assembly, name), ContentType(name))));

    /// <summary>Paths of all files below the console.</summary>
    public static IEnumerable<string> Paths => Files.Keys;

    /// <summary>A file by its path below the console; null when there is none.</summary>
    public static StaticContent? Find(string path) => Files.GetValueOrDefault(path)?.Value;

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
