namespace Commerce.Scale.FlashSale;

/// <summary>
/// Simulated time: what is due next happens next, and nothing waits. Times are whole microseconds, so that runs do not differ in the last
/// bit of a sum; of what is due at the same time, what was planned first happens first.
/// </summary>
internal sealed class Timeline
{
    private readonly PriorityQueue<Action, (long AtUs, long Number)> _planned = new();
    private long _number;

    /// <summary>Microseconds since the start.</summary>
    public long NowUs { get; private set; }

    public void After(long delayUs, Action action) => _planned.Enqueue(action, (NowUs + Math.Max(0, delayUs), _number++));

    /// <summary>Runs until nothing is planned any more.</summary>
    public void Run()
    {
        while (_planned.TryDequeue(out var action, out var due))
        {
            NowUs = due.AtUs;
            action();
        }
    }
}
