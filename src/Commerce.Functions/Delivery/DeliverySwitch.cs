using Commerce.Functions.Cosmos;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Delivery;

/// <summary>What operators have ordered and the platform has asked for, as this instance knows it: at most two seconds old.</summary>
public sealed partial class DeliverySwitch(DeliveryStore store, TimeProvider time, ILogger<DeliverySwitch> logger)
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private volatile Known? _known;

    public ValueTask<DeliveryControl> GetAsync(CancellationToken ct) =>
        _known is { } known && time.GetElapsedTime(known.ReadAt) < KeepFor ? new(known.Control) : new(RefreshAsync(ct));

    /// <summary>What they have ordered up to now, on whichever instance.</summary>
    public async Task<DeliveryControl> RefreshAsync(CancellationToken ct)
    {
        var known = _known;
        var readAt = time.GetTimestamp();
        try
        {
            return Keep(await store.FindControlAsync(ct) ?? new DeliveryControl(), readAt);
        }
        catch (Exception fault) when (known is not null && fault.IsOfStore())
        {
            LogUnreadable(fault);
            return Keep(known.Control, readAt);
        }
    }

    /// <summary>Orders something else, whoever else does at the same time.</summary>
    public async Task<DeliveryControl> ChangeAsync(Func<DeliveryControl, DeliveryControl> change, CancellationToken ct)
    {
        var written = await LostRaces.UpdateUntilWonAsync(time, async () =>
            await store.TryWriteControlAsync(
                change(await store.FindControlAsync(ct) ?? new DeliveryControl()) with { ChangedAt = time.GetUtcNow() }));
        return Keep(written, time.GetTimestamp());
    }

    /// <summary>
    /// Holds everything back, on this instance at once and on all within seconds, as the platform has asked. If that cannot be stored, the
    /// others will be asked themselves.
    /// </summary>
    public async Task PauseUntilAsync(DateTimeOffset until)
    {
        // Many events are answered so at once; those that ask for about the same need not all write it.
        if (_known is { } known && known.Control.PausedByPlatformUntil > until - KeepFor)
            return;
        Keep((_known?.Control ?? new DeliveryControl()) with { PausedByPlatformUntil = until }, time.GetTimestamp());
        try
        {
            await ChangeAsync(
                control => control.PausedByPlatformUntil >= until
                    ? control
                    : control with { PausedByPlatformUntil = until }, CancellationToken.None);
        }
        catch (Exception fault) when (fault.IsOfStore() || fault is UndecidedWriteException)
        {
            LogUnwritten(fault);
        }
    }

    /// <summary>Keeps what was read or written at a moment, unless something later is known already.</summary>
    private DeliveryControl Keep(DeliveryControl control, long readAt)
    {
        lock (_lock)
        {
            if (_known is not { } known || known.ReadAt <= readAt)
                _known = new(control, readAt);
        }
        return control;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether deliveries are paused could not be read; the last answer holds")]
    private partial void LogUnreadable(Exception fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "That the platform wants a pause could not be stored; this instance keeps to it")]
    private partial void LogUnwritten(Exception fault);

    private sealed record Known(DeliveryControl Control, long ReadAt);
}
