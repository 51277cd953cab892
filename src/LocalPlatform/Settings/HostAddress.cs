using System.Net;
using System.Net.Sockets;
using LocalPlatform.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;

namespace LocalPlatform.Settings;

/// <summary>The addresses that the host listens on, decided before anything else because settings may name them.</summary>
internal sealed class HostAddress
{
    private const int DefaultPort = 7071;
    private const int Backlog = 512;

    private static readonly string[] AnyPort = ["http://127.0.0.1:0", "http://localhost:0"];

    // A port that was found free is listened on from then on: one that is only bound, or known to have been free, others can still take.
    private readonly List<Socket> _held = [];

    private HostAddress(IEnumerable<string> urls)
    {
        Urls = [.. urls.Select(url => AnyPort.Contains(url) ? Hold() : url)];
        BaseUrl = Reachable(Urls[0]);
    }

    public IReadOnlyList<string> Urls { get; }

    /// <summary>An address at which this machine reaches the host, without a closing slash.</summary>
    public string BaseUrl { get; }

    /// <summary>
    /// <c>--port</c>, else <c>--urls</c> or <c>ASPNETCORE_URLS</c>, else the port of <c>local.settings.json</c>, else 7071; always loopback
    /// unless told otherwise.
    /// </summary>
    /// <exception cref="PlatformStartException">What is named is no port, or no address.</exception>
    public static HostAddress Choose(IConfiguration configuration, HostArguments arguments, int? localSettingsPort)
    {
        string?[] named =
        [
            arguments.Port is { } port ? $"http://127.0.0.1:{port}" : null,
            configuration["urls"],
            configuration["ASPNETCORE_URLS"],
            $"http://127.0.0.1:{localSettingsPort ?? DefaultPort}",
        ];
        var urls = named.First(url => !string.IsNullOrEmpty(url))!;
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(url => url.TrimEnd('/')).ToList();
        foreach (var url in addresses)
        {
            if (!Uri.TryCreate(Reachable(url), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new PlatformStartException($"'{url}' is no address to listen on. One is http://127.0.0.1:{DefaultPort}.");
            if (address.Port == 0 && !AnyPort.Contains(url))
                throw new PlatformStartException($"'{url}': port 0, any that is free, is for {AnyPort[0]} alone.");
        }
        return new HostAddress(addresses);
    }

    /// <summary>Finds out before anything is opened that somebody else listens at an address.</summary>
    /// <exception cref="PlatformStartException">An address is taken.</exception>
    public void CheckFree()
    {
        foreach (var url in Urls)
        {
            if (Uri.TryCreate(Reachable(url), UriKind.Absolute, out var address)
                && IPAddress.TryParse(address.Host, out var ip) && !IsHeld(new(ip, address.Port)) && IsTaken(ip, address.Port))
                throw new PlatformStartException(
                    $"{url} is in use. Stop what listens there, or choose another address with --urls http://127.0.0.1:<port>.");
        }
    }

    /// <summary>A socket for one of the addresses, as the web server wants it.</summary>
    public Socket Listen(EndPoint endpoint) =>
        _held.Find(socket => endpoint.Equals(socket.LocalEndPoint)) ?? SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);

    /// <summary>A socket that listens on a loopback port that was free.</summary>
    public static Socket ListenOnFreePort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(Backlog);
        return socket;
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

    private bool IsHeld(IPEndPoint endpoint) => _held.Exists(socket => endpoint.Equals(socket.LocalEndPoint));

    private string Hold()
    {
        var socket = ListenOnFreePort();
        _held.Add(socket);
        return $"http://{socket.LocalEndPoint}";
    }

    private static string Reachable(string url)
    {
        foreach (var any in (string[])["//*", "//+", "//0.0.0.0", "//[::]"])
            url = url.Replace(any, "//127.0.0.1", StringComparison.Ordinal);
        return url;
    }
}
