using Microsoft.Extensions.Options;

namespace Commerce.Functions.Auth;

/// <summary>
/// What each caller may take of this instance: by the token's subject, by the address for those without one. Who acts for others has a
/// share for each of them.
/// </summary>
internal sealed class FairShares(IOptions<RateLimitOptions> options) : IDisposable
{
    private readonly FairShare _orders = new("orders", options.Value.OrdersPerMinute);
    private readonly FairShare _reads = new("reads", options.Value.ReadsPerMinute);
    private readonly FairShare _unsignedReads = new("unsigned-reads", options.Value.UnsignedReadsPerMinute);
    private readonly FairShare _failedSignIns = new("failed-sign-ins", options.Value.FailedSignInsPerMinute);

    /// <summary>Takes what a call costs; null when the caller has that.</summary>
    /// <param name="share">Of what.</param>
    /// <param name="caller">Who calls; null for the unsigned.</param>
    /// <param name="userId">The user of the route, if it has one.</param>
    /// <param name="http">The request.</param>
    public UsedUp? Take(Share share, Caller? caller, string? userId, HttpContext http)
    {
        if (share == Share.None)
            return null;
        if (caller is null)
            return _unsignedReads.Take(AddressOf(http));
        var holder = new ShareHolder(caller.Subject, userId is null || caller.Is(userId) ? null : userId);
        return (share == Share.Orders ? _orders : _reads).Take(holder);
    }

    /// <summary>Null while an address may show tokens that are not known yet.</summary>
    public UsedUp? LookAtSignIns(HttpContext http) => _failedSignIns.Look(AddressOf(http));

    public void CountFailedSignIn(HttpContext http) => _failedSignIns.Take(AddressOf(http));

    public void Dispose()
    {
        _orders.Dispose();
        _reads.Dispose();
        _unsignedReads.Dispose();
        _failedSignIns.Dispose();
    }

    private ShareHolder AddressOf(HttpContext http) => new(ClientAddress.Of(http, options.Value.ForwardedHops));
}
