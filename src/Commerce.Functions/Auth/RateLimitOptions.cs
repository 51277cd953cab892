namespace Commerce.Functions.Auth;

/// <summary>
/// Settings <c>RateLimits:...</c>: what one caller may take of one instance. A share is a bucket that holds a minute's worth and fills
/// steadily, so that nobody waits who does in a burst what is allowed in a minute.
/// </summary>
public sealed record RateLimitOptions
{
    public const string Section = "RateLimits";

    private const int PerMinuteMax = 10_000_000;
    private const int HopsMax = 10;

    /// <summary>Orders, checkouts, charges and cancellations of one user, a minute; 1 to 10,000,000.</summary>
    public int OrdersPerMinute { get; init; } = 60;

    /// <summary>Reads and changes of the cart by one user, a minute; 1 to 10,000,000.</summary>
    public int ReadsPerMinute { get; init; } = 1_200;

    /// <summary>Reads by one address without a token, a minute; 1 to 10,000,000. A house of many people may have one address.</summary>
    public int UnsignedReadsPerMinute { get; init; } = 6_000;

    /// <summary>Tokens of one address that are refused, a minute; 1 to 10,000,000. After that, none is looked at that is not known already.</summary>
    public int FailedSignInsPerMinute { get; init; } = 60;

    /// <summary>
    /// How many proxies of our own stand before the app, each of which adds the address that it sees to <c>X-Forwarded-For</c>; 0 to 10. What
    /// stands before those is the client's own words. 0: the connection's address counts.
    /// </summary>
    public int ForwardedHops { get; init; }

    /// <summary>What is wrong, naming the setting; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { OrdersPerMinute: < 1 or > PerMinuteMax } => OutOfRange(nameof(OrdersPerMinute)),
        { ReadsPerMinute: < 1 or > PerMinuteMax } => OutOfRange(nameof(ReadsPerMinute)),
        { UnsignedReadsPerMinute: < 1 or > PerMinuteMax } => OutOfRange(nameof(UnsignedReadsPerMinute)),
        { FailedSignInsPerMinute: < 1 or > PerMinuteMax } => OutOfRange(nameof(FailedSignInsPerMinute)),
        { ForwardedHops: < 0 or > HopsMax } => $"{Section}:{nameof(ForwardedHops)} must be 0 to {HopsMax}.",
        _ => null,
    };

    private static string OutOfRange(string name) => $"{Section}:{name} must be 1 to 10,000,000.";
}
