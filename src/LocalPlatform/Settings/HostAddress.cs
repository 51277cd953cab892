using System.Net;
using System.Net.Sockets;
using LocalPlatform.Hosting;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Settings;

/// <summary>The addresses that the host listens on, decided before anything else because settings may name them.</summary>
internal sealed record HostAddress(IReadOnlyList<string> Urls)
{
    private const int DefaultPort = 7071;

    /// <summary>An address at which this machine reaches the host, without a closing slash.</summary>
    public string BaseUrl { get; } = Reachable(Urls[0]);

    /// <summary>
    /// <c>--urls</c> or <c>ASPNETCORE_URLS</c>, else the port of <c>local.settings.json</c>, else 7071; always loopback unless
    /// told otherwise. Port 0 becomes a port that is free now.
    /// </summary>
    public static HostAddress Choose(IConfiguration configuration, int? localSettingsPort)
    {
        string?[] named = [configuration["urls"], configuration["ASPNETCORE_URLS"], $"http://127.0.0.1:{localSettingsPort ?? DefaultPort}"];
        var urls = named.First(url => !string.IsNullOrEmpty(url))!;
        return new HostAddress([.. urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(WithPort)]);
    }

    /// <summary>Finds out before anything is opened that somebody else listens at an address.</summary>
    /// <exception cref="PlatformStartException">An address is taken.</exception>
    public void CheckFree()
    {
        foreach (var url in Urls)
        {
            if (Uri.TryCreate(Reachable(url), UriKind.Absolute, out var address)
                && IPAddress.TryParse(address.Host, out var ip) && IsTaken(ip, address.Port))
                throw new PlatformStartException(
                    $"{url} is in use. Stop what listens there, or choose another address with --urls http://127.0.0.1:<port>.");
        }
    }

    private static bool IsTaken(IPAddress ip, int port)
    {
        try
        {
            using var probe = new TcpListener(ip, port);
            probe.Start();
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }

    private static string WithPort(string url)
    {
        var trimmed = url.TrimEnd('/');
        return trimmed.EndsWith(":0", StringComparison.Ordinal) ? $"{trimmed[..^1]}{FreePort()}" : trimmed;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static string Reachable(string url)
    {
        foreach (var any in (string[])["//*", "//+", "//0.0.0.0", "//[::]"])
            url = url.Replace(any, "//127.0.0.1", StringComparison.Ordinal);
        return url;
    }
}
