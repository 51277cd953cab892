using System.Threading.RateLimiting;

namespace Commerce.Functions.Auth;

/// <summary>Whose share it is.</summary>
/// <param name="Who">A token's subject, or a client's address.</param>
/// <param name="For">The user that a client acts for; null for one that acts for itself. Many people stand before one kiosk.</param>
internal readonly record struct ShareHolder(string Who, string? For = null);

/// <summary>A share that is used up.</summary>
/// <param name="Policy">What the limit is called.</param>
/// <param name="Quota">Calls a minute.</param>
/// <param name="RetryAfterSeconds">When there is one again.</param>
internal sealed record UsedUp(string Policy, int Quota, int RetryAfterSeconds);

/// <summary>
/// A limit, and a bucket for each who meets it. Buckets are of this instance; one that has been full for a while is taken down, so that
/// there are no more of them than there are callers.
/// </summary>
internal sealed class FairShare : IDisposable
{
    private readonly string _policy;
    private readonly int _perMinute;
    private readonly PartitionedRateLimiter<ShareHolder> _limiter;

    public FairShare(string policy, int perMinute)
    {
        (_policy, _perMinute) = (policy, perMinute);
        var perSecond = Math.Max(1, perMinute / 60);
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromMinutes((double)perSecond / perMinute),
            QueueLimit = 0,
        };
        _limiter = PartitionedRateLimiter.Create<ShareHolder, ShareHolder>(
            holder => RateLimitPartition.GetTokenBucketLimiter(holder, _ => options));
    }

    /// <summary>Takes one call of a share; null when there was one.</summary>
    public UsedUp? Take(ShareHolder holder)
    {
        using var lease = _limiter.AttemptAcquire(holder);
        if (lease.IsAcquired)
            return null;
        return Beyond(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.Zero);
    }

    /// <summary>Takes nothing; null when there is a call left.</summary>
    public UsedUp? Look(ShareHolder holder) =>
        _limiter.GetStatistics(holder) is { CurrentAvailablePermits: < 1 } ? Beyond(TimeSpan.FromMinutes(1.0 / _perMinute)) : null;

    public void Dispose() => _limiter.Dispose();

    private UsedUp Beyond(TimeSpan wait) => new(_policy, _perMinute, Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));
}
