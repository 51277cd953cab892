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
/// A limit, and a bucket for each who meets it. Buckets are of this instance; one that has been full for a while is taken down, so that there
/// are no more of them than there are callers.
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

    /// <summary>Takes of a share; null when there was enough. With no calls, only looks whether there is any left.</summary>
    public UsedUp? Take(ShareHolder holder, int calls = 1)
    {
        using var lease = _limiter.AttemptAcquire(holder, calls);
        if (lease.IsAcquired)
            return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var time) ? time.TotalSeconds : 1;
        return new(_policy, _perMinute, Math.Max(1, (int)Math.Ceiling(wait)));
    }

    public void Dispose() => _limiter.Dispose();
}
