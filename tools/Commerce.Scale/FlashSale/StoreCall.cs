namespace Commerce.Scale.FlashSale;

/// <summary>
/// A call of the database: half of its time to the partition, where it takes effect at one moment, and half back. One that finds the
/// throughput used up comes back with 429, and the SDK repeats it after the time that it was told, up to a limit.
/// </summary>
internal sealed class StoreCall(Sale sale, Shard shard, Func<long> latencyUs, Action giveUp)
{
    private long _stayedAwayUs;

    /// <param name="effect">What happens in the partition; answers the request units it took.</param>
    /// <param name="done">What happens when the answer is there.</param>
    public void Run(Func<double> effect, Action done)
    {
        var takesUs = latencyUs();
        var backUs = takesUs - (takesUs / 2);
        sale.Timeline.After(takesUs / 2, () =>
        {
            var retryAfterUs = shard.RetryAfterUs(sale.Timeline.NowUs);
            if (retryAfterUs == 0)
            {
                shard.Use(effect());
                sale.Timeline.After(backUs, done);
                return;
            }
            sale.CountThrottled();
            _stayedAwayUs += retryAfterUs;
            if (_stayedAwayUs > sale.Model.Limits.ThrottledSeconds * 1e6)
                sale.Timeline.After(backUs, giveUp);
            else
                sale.Timeline.After(backUs + retryAfterUs, () => Run(effect, done));
        });
    }
}
