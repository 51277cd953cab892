using System.Runtime.ExceptionServices;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Works the backlog off, page by page and at a bounded rate, until it is empty, the platform stops taking events, or the slice is
/// over. Two at a time do no harm but send twice.
/// </summary>
public sealed class BacklogDrain(
    EventDispatcher dispatcher,
    PlatformGate gate,
    DeliverySwitch deliverySwitch,
    DeliveryStore store,
    IOptions<DataPlatformOptions> options,
    TimeProvider time)
{
    internal const int PageMax = 50;

    internal static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    public async Task<DrainReport> RunAsync(CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var control = await deliverySwitch.RefreshAsync(ct);
        if (control.ReleaseParkedUntil is { } until)
            await ReleaseAsync(until, ct);
        var sent = 0;
        var blocked = control.IsHeldAt(time.GetUtcNow()) || !gate.IsConfigured;
        for (var idle = 0; idle < EventDelivery.ShardCount && !blocked && time.GetElapsedTime(started) < Slice;)
        {
            for (var shard = 0; shard < EventDelivery.ShardCount && !blocked; shard++)
            {
                var pageStarted = time.GetTimestamp();
                var page = await DrainPageAsync(EventDelivery.ShardName(shard), ct);
                idle = page.Attempted + page.Untried == 0 ? idle + 1 : 0;
                sent += page.Attempted;
                blocked = (page.Untried > 0 && !gate.IsOpenForAll)
                    || (control = await deliverySwitch.GetAsync(ct)).IsHeldAt(time.GetUtcNow());
                await PaceAsync(page.Attempted, pageStarted, ct);
            }
        }
        DeliveryMetrics.Waiting(await store.CountAsync(DeliveryState.Waiting, ct), time);
        var nextDue = await store.NextDueAsync(ct);
        // What was ordered while this ran must not be left to a run that does not follow.
        control = await deliverySwitch.RefreshAsync(ct);
        if (control.ReleaseParkedUntil is not null)
            nextDue ??= time.GetUtcNow();
        return new(sent, blocked, control.IsPaused || !gate.IsConfigured, nextDue, Later(gate.RetryAt, control.PausedByPlatformUntil));
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private async Task<(int Attempted, int Untried)> DrainPageAsync(string shard, CancellationToken ct)
    {
        // While the platform is thought to be down, one event goes ahead to see.
        var max = gate.IsOpenForAll ? options.Value.PageMax : 1;
        var page = await store.DueAsync(shard, time.GetUtcNow(), max, ct);
        var settled = page.ToArray();
        ExceptionDispatchInfo? broken = null;
        await Parallel.ForAsync(
            0,
            page.Count,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.DrainingMax, CancellationToken = ct },
            async (i, token) =>
            {
                try
                {
                    settled[i] = await dispatcher.TryAsync(page[i], null, token);
                }
                catch (Exception fault) when (fault.IsOfStore())
                {
                    broken = ExceptionDispatchInfo.Capture(fault);
                }
            });
        List<EventDelivery> changed = [.. settled.Where((delivery, i) => !ReferenceEquals(delivery, page[i]))];
        // What was sent is settled first, or it would be sent again.
        await store.SettleAsync(shard, changed);
        broken?.Throw();
        return (changed.Count, page.Count - changed.Count);
    }

    /// <summary>
    /// Makes a page take as long as the rate allows. Time lost by one page is not made up for by the next: the platform, which may have
    /// just come back, is to see no more than the rate at any time.
    /// </summary>
    private Task PaceAsync(int sent, long started, CancellationToken ct)
    {
        var ahead = TimeSpan.FromSeconds((double)sent / options.Value.DrainPerSecond) - time.GetElapsedTime(started);
        return ahead > TimeSpan.Zero ? Task.Delay(ahead, time, ct) : Task.CompletedTask;
    }

    /// <summary>Lets everything parked up to a moment wait again, as an operator has ordered.</summary>
    private async Task ReleaseAsync(DateTimeOffset until, CancellationToken ct)
    {
        for (var i = 0; i < EventDelivery.ShardCount; i++)
        {
            var shard = EventDelivery.ShardName(i);
            for (var races = 0; await store.ParkedAsync(shard, until, DeliveryStore.BatchMax, ct) is { Count: > 0 } parked;)
            {
                if (!await store.SettleAsync(shard, [.. parked.Select(delivery => delivery.Released(time.GetUtcNow()))]))
                    await LostRaces.BackOffAsync(races++, time);
            }
        }
        await deliverySwitch.ChangeAsync(
            control => control.ReleaseParkedUntil == until ? control with { ReleaseParkedUntil = null } : control, ct);
    }
}

/// <summary>What a run over the backlog came to.</summary>
/// <param name="Sent">Attempts made.</param>
/// <param name="IsBlocked">The platform takes no events, or none are to be sent.</param>
/// <param name="IsHalted">None are to be sent: paused by an operator, or no platform is configured.</param>
/// <param name="NextDueAt">When the next waiting event is due, now if some are to be released; null when none waits.</param>
/// <param name="RetryAt">When a platform that takes no events may be asked again.</param>
public sealed record DrainReport(int Sent, bool IsBlocked, bool IsHalted, DateTimeOffset? NextDueAt, DateTimeOffset RetryAt = default);
