using Commerce.Shared.Delivery;
using Microsoft.Extensions.Logging;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Tells of this instance's circuit breaker in the store, in the order of what happened. Nobody waits for it: an event must not, and a
/// report that is lost is followed by the next one, or expires.
/// </summary>
public sealed partial class BreakerReport(DeliveryStore store, ILogger<BreakerReport> logger) : IAsyncDisposable
{
    private readonly string _id = OpenBreaker.IdOf(Guid.NewGuid().ToString("N"));
    private readonly Lock _lock = new();
    private Task _told = Task.CompletedTask;
    private DateTimeOffset? _openSince;

    /// <summary>It has opened, or a try has failed since.</summary>
    public void Open(DateTimeOffset now, TimeSpan pause, string detail)
    {
        lock (_lock)
        {
            var report = new OpenBreaker
            {
                Id = _id,
                OpenSince = _openSince ??= now,
                ReportedAt = now,
                RetryAt = now + pause,
                Detail = detail,
            };
            _told = TellAsync(_told, () => store.ReportBreakerAsync(report));
        }
    }

    /// <summary>It has closed.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_openSince is null)
                return;
            _openSince = null;
            _told = TellAsync(_told, () => store.DeleteBreakerAsync(_id));
        }
    }

    /// <summary>An instance that goes takes its report along.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _told;
    }

    private async Task TellAsync(Task before, Func<Task> tell)
    {
        await before;
        try
        {
            // Off the thread of the event whose answer this is.
            await Task.Run(tell);
        }
#pragma warning disable CA1031 // Whoever asks sees the report before, which expires.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotTold(fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the circuit breaker could not be stored")]
    private partial void LogNotTold(Exception fault);
}
