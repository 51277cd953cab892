using LocalPlatform.Settings;

namespace LocalPlatform.Hosting;

/// <summary>The app's folder and the settings files in it.</summary>
internal sealed record HostFiles(string Folder, HostJson HostJson, PlatformFile Platform, LocalSettings LocalSettings)
{
    /// <exception cref="PlatformStartException">A file cannot be read.</exception>
    public static HostFiles Load(string folder) => new(
        folder,
        HostJson.Load(Path.Combine(folder, "host.json")),
        PlatformFile.Load(Path.Combine(folder, PlatformFile.Name)),
        LocalSettings.Load(Path.Combine(folder, LocalSettings.Name)));
}
