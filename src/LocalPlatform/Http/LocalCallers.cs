using System.Net;
using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Http;

/// <summary>
/// Who may call a host that asks for no keys. Any web page in a browser of this machine can send requests to it, and any name can be
/// made to lead here; so the <c>Host</c> must be one of this host's, and a page's <c>Origin</c> too, unless <c>Host.CORS</c> of
/// <c>local.settings.json</c> allows it, as with Core Tools.
/// </summary>
internal sealed class LocalCallers(HostAddress address, HostFiles files)
{
    private const string Anybody = "*";

    private readonly IReadOnlyList<BindingAddress> _addresses = [.. address.Urls.Select(BindingAddress.Parse)];

    public void Guard(IApplicationBuilder app)
    {
        app.Use((http, next) => Refusal(http.Request) is { } refusal
            ? OperatorHttp.RefuseAsync(http, StatusCodes.Status403Forbidden, refusal)
            : next(http));
        if (files.LocalSettings.Cors.Count > 0)
            app.UseCors(policy => policy.WithOrigins([.. files.LocalSettings.Cors]).AllowAnyHeader().AllowAnyMethod());
    }

    /// <summary>Whether an address is one of this host's.</summary>
    public bool IsOwn(Uri address) => IsOurs(address.Host) && _addresses.Any(a => a.Port == address.Port);

    private string? Refusal(HttpRequest request)
    {
        if (!IsOurs(request.Host.Host))
            return $"'{request.Host.Host}' is no name of this host.";
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || IsAllowed(origin)
            ? null
            : $"Pages of '{origin}' may not call this host; Host.CORS in {LocalSettings.Name} can allow it.";
    }

    private bool IsAllowed(string origin) =>
        (Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsOwn(page))
        || files.LocalSettings.Cors.Any(allowed => allowed == Anybody || allowed.Equals(origin, StringComparison.OrdinalIgnoreCase));

    /// <summary>A name of loopback, or one that the host was told to listen at; any, when it listens everywhere.</summary>
    private bool IsOurs(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(name.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip))
        || _addresses.Any(a => IsEverywhere(a.Host) || a.Host.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsEverywhere(string host) => host is "*" or "+" or "0.0.0.0" or "[::]";
}
