using System.Globalization;
using LocalPlatform.Hosting;

namespace LocalPlatform.Settings;

/// <summary>What the host itself is told on the command line; everything else there is a setting of the app.</summary>
/// <param name="WantsHelp"><c>--help</c>.</param>
/// <param name="Port"><c>--port</c>.</param>
internal sealed record HostArguments(bool WantsHelp, int? Port)
{
    public const string Help = """
        Runs the functions of this app on a host of its own.

          --port <port>          port on this machine (default 7071; 0 is any that is free)
          --urls <addresses>     addresses instead, parted by ';'
          --<Setting> <value>    any setting, such as --LocalPlatform:DataPath <folder>
          --help                 this text

        Settings also come from local.settings.json and the environment (LocalPlatform__DataPath).
        They are listed in docs/operations.md and docs/local-platform.md.
        """;

    /// <exception cref="PlatformStartException"><c>--port</c> is not followed by a port.</exception>
    public static HostArguments Read(IReadOnlyList<string> arguments)
    {
        int? port = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] == "--port")
                port = PortOf(i + 1 < arguments.Count ? arguments[++i] : "");
            else if (arguments[i].StartsWith("--port=", StringComparison.Ordinal))
                port = PortOf(arguments[i]["--port=".Length..]);
        }
        return new(arguments.Any(argument => argument is "--help" or "-h" or "-?"), port);
    }

    private static int PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port < 65536
            ? port
            : throw new PlatformStartException($"--port '{text}' is not a port from 0 to 65535.");
}
