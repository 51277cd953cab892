using LocalPlatform.Hosting;

namespace LocalPlatform.Settings;

/// <summary><c>local.settings.json</c> as Core Tools read it: <c>Values</c> stand for environment variables, <c>Host</c> for the port and
/// for the web pages that may call.</summary>
internal sealed record LocalSettings(IReadOnlyDictionary<string, string?> Values, int? Port, IReadOnlyList<string> Cors)
{
    public const string Name = "local.settings.json";

    /// <summary>Reads the file; a missing one is empty.</summary>
    /// <exception cref="PlatformStartException">The file cannot be read, or is encrypted.</exception>
    public static LocalSettings Load(string path)
    {
        using var document = SettingsFile.Read(path);
        if (document is null)
            return new LocalSettings(new Dictionary<string, string?>(), null, []);
        var file = new SettingsReader(path, document.RootElement);
        if (file.Flag("IsEncrypted") == true)
            throw new PlatformStartException($"{path} is encrypted; run 'func settings decrypt' first.");
        var cors = file.Text("Host:CORS")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new LocalSettings(ReadValues(file), file.Count("Host:LocalHttpPort"), cors ?? []);
    }

    // A value takes the name that an environment variable of that name would get in the configuration.
    private static Dictionary<string, string?> ReadValues(SettingsReader file) => file.Texts("Values")
        .ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value);
}
