namespace LocalPlatform.Functions;

/// <summary>How long a run may take: <c>functionTimeout</c> of <c>host.json</c>, and the end of the host's patience when it stops.</summary>
internal sealed class RunLimit(TimeSpan? timeout, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _hostEnds = new();

    /// <summary>Starts the clock of a run, which also ends by <paramref name="eventToken"/>.</summary>
    public RunCancellation Start(CancellationToken eventToken) =>
        new(timeout ?? Timeout.InfiniteTimeSpan, time, eventToken, _hostEnds.Token);

    /// <summary>Cancels all runs that are still under way.</summary>
    public void EndAll() => _hostEnds.Cancel();

    public void Dispose() => _hostEnds.Dispose();
}

/// <summary>The token of one run. Disposed with the run, so that nothing stays registered at the host's token.</summary>
internal sealed class RunCancellation : IDisposable
{
    private static readonly Action<object?> Cancel = static source => ((CancellationTokenSource)source!).Cancel();

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _event;
    private readonly CancellationTokenRegistration _host;

    public RunCancellation(TimeSpan timeout, TimeProvider time, CancellationToken eventToken, CancellationToken hostToken)
    {
        _source = new CancellationTokenSource(timeout, time);
        _event = eventToken.UnsafeRegister(Cancel, _source);
        _host = hostToken.UnsafeRegister(Cancel, _source);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _event.Dispose();
        _host.Dispose();
        _source.Dispose();
    }
}
