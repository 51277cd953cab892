using System.Net;
using System.Net.Sockets;

namespace Commerce.Functions.Auth;

/// <summary>Where a request comes from, as far as that can be believed.</summary>
internal static class ClientAddress
{
    private const string Forwarded = "X-Forwarded-For";

    // What is no address is one caller, so that nobody gets shares by inventing some.
    private const string Unknown = "unknown";

    // What a provider gives one customer of IPv6.
    private const int NetworkBytes = 8;

    /// <param name="http">The request.</param>
    /// <param name="forwardedHops">How many entries at the end of <c>X-Forwarded-For</c> are our own proxies'
    /// (<see cref="RateLimitOptions.ForwardedHops"/>).</param>
    public static string Of(HttpContext http, int forwardedHops)
    {
        if (forwardedHops == 0)
            return Text(http.Connection.RemoteIpAddress);
        // Proxies append behind a comma whatever stands before it. Quotes would hide commas from a reader who honours them.
        var hops = http.Request.Headers[Forwarded].ToString().Split(',', StringSplitOptions.TrimEntries);
        return hops.Length >= forwardedHops && IPEndPoint.TryParse(hops[^forwardedHops], out var client) ? Text(client.Address) : Unknown;
    }

    private static string Text(IPAddress? address)
    {
        if (address is null)
            return Unknown;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address.ToString();
    }
}
