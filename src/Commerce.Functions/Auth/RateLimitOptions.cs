using System.ComponentModel.DataAnnotations;
using Commerce.Functions.Settings;

namespace Commerce.Functions.Auth;

/// <summary>
/// Settings <c>RateLimits:...</c>: what one caller may take of one instance. A share is a bucket that holds a minute's worth and fills
/// steadily, so that nobody waits who does in a burst what is allowed in a minute.
/// </summary>
public sealed record RateLimitOptions : ICheckedOptions
{
    public const string Section = "RateLimits";

    private const int PerMinuteMax = 10_000_000;

    /// <summary>Orders, checkouts, charges and cancellations of one user, a minute.</summary>
    [Range(1, PerMinuteMax)]
    public int OrdersPerMinute { get; init; } = 600;

    /// <summary>Reads and changes of the cart by one user, a minute.</summary>
    [Range(1, PerMinuteMax)]
    public int ReadsPerMinute { get; init; } = 6_000;

    /// <summary>Reads by one address without a token, a minute. A house of many people may have one address.</summary>
    [Range(1, PerMinuteMax)]
    public int UnsignedReadsPerMinute { get; init; } = 12_000;

    /// <summary>Tokens of one address that are refused, a minute. After that, none is looked at that is not known already.</summary>
    [Range(1, PerMinuteMax)]
    public int FailedSignInsPerMinute { get; init; } = 600;

    /// <summary>
    /// How many proxies of our own stand before the app, each of which adds the address that it sees to <c>X-Forwarded-For</c>. What
    /// stands before those is the client's own words. 0: the connection's address counts.
    /// </summary>
    [Range(0, 10)]
    public int ForwardedHops { get; init; }

    public string? Problem() => CheckedOptions.OutOfRange(Section, this);
}
