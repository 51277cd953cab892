using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Hosting;

/// <summary>
/// Gives memory back to the system once what needed it is over: the start, or a burst of work. An idle app allocates next to nothing, so
/// the runtime's next collection by itself could be hours away.
/// </summary>
/// <param name="allocatedBytes">What the process has allocated since its start.</param>
/// <param name="giveBack">Collects, and returns what is free.</param>
internal sealed class IdleMemory(TimeProvider time, Func<long> allocatedBytes, Action giveBack) : BackgroundService
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Who allocates less between two looks is idle: some timers run, and nobody buys.</summary>
    public const long IdleBytes = 8 << 20;

    /// <summary>Less than this since the last time is not worth a collection.</summary>
    public const long WorthBytes = 64 << 20;

    private long _givenBytes;
    private long _seenBytes;

    public IdleMemory(TimeProvider time)
        : this(time, static () => GC.GetTotalAllocatedBytes(), static () =>
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    /// <summary>At once, whether idle or not.</summary>
    public void GiveBack()
    {
        giveBack();
        _givenBytes = allocatedBytes();
    }

    /// <summary>Gives back if nothing has happened since the last look, and much before it.</summary>
    public void Look()
    {
        var bytes = allocatedBytes();
        if (bytes - _seenBytes < IdleBytes && bytes - _givenBytes >= WorthBytes)
            GiveBack();
        _seenBytes = bytes;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }
}
