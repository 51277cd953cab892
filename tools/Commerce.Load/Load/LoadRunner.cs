using Commerce.Load.Http;
using Commerce.Load.Measuring;

namespace Commerce.Load.Load;

/// <summary>
/// Drives shoppers against the shop. In the open loop latency counts from the moment a request was due, not from when a
/// client was free to send it: a stall of the shop is felt by every request that fell due in it (no coordinated omission).
/// </summary>
internal sealed class LoadRunner(ShopEndpoint endpoint, IReadOnlyList<string> operations, Func<int, IShopper> shopperOf,
    LoadOptions options, TimeProvider time)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);
    private readonly string _keyPrefix = $"load-{Guid.NewGuid():N}-";
    private Meter _meter = new(operations, time);
    private long _issued;
    private long _issuedInWarmUp;
    private volatile bool _warm;

    public Meter Meter => Volatile.Read(ref _meter);

    public bool IsWarmingUp => !_warm;

    /// <summary>
    /// Runs to the end and returns the time measured, without the warm-up. <paramref name="onMeasuring"/> hears when that is over,
    /// <paramref name="onSample"/> each second.
    /// </summary>
    public async Task<TimeSpan> RunAsync(Action onMeasuring, Action<Sample> onSample, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _warm = options.WarmUp == TimeSpan.Zero;
        var start = time.GetTimestamp();
        var clients = Task.WhenAll(Enumerable.Range(0, options.Clients)
            .Select(client => Task.Run(() => ClientAsync(client, start, stop.Token), CancellationToken.None)));
        if (!_warm)
        {
            await ObserveAsync(clients, options.WarmUp, onSample);
            _issuedInWarmUp = Interlocked.Read(ref _issued);
            Volatile.Write(ref _meter, new Meter(operations, time));
            _warm = true;
        }
        onMeasuring();
        await ObserveAsync(clients, options.Duration, onSample);
        await stop.CancelAsync();
        await clients;
        RecordNeverSent(start);
        // A sliver of an interval would only draw a spike; the summary counts it all the same.
        if (Meter.Samples.Count == 0 || Meter.SinceLastSample > Tick / 2)
            onSample(Meter.TakeSample());
        cancellationToken.ThrowIfCancellationRequested();
        return Meter.Elapsed;
    }

    private async Task ObserveAsync(Task clients, TimeSpan duration, Action<Sample> onSample)
    {
        var meter = Meter;
        while (meter.Elapsed < duration && !clients.IsCompleted)
        {
            var left = duration - meter.Elapsed;
            await Task.WhenAny(clients, Task.Delay(left < Tick ? left : Tick, time));
            // The rest of an interval cut short joins the last sample of the run.
            if (meter.Elapsed < duration)
                onSample(meter.TakeSample());
        }
    }

    private async Task ClientAsync(int client, long start, CancellationToken stop)
    {
        using var exchange = new Exchange(endpoint, options.Timeout);
        var shopper = shopperOf(client);
        while (!stop.IsCancellationRequested)
        {
            var ticket = Interlocked.Increment(ref _issued) - 1;
            if (_warm && options.Count is { } count && ticket - _issuedInWarmUp >= count)
                return;
            var due = options.Rate is { } rate ? DueAt(start, ticket, rate) : (long?)null;
            if (due is { } intended && !await WaitUntilAsync(intended, stop))
                return;
            await SendAsync(exchange, shopper.Next(), due ?? time.GetTimestamp(), ticket);
        }
    }

    /// <summary>False when the run ended before.</summary>
    private async ValueTask<bool> WaitUntilAsync(long due, CancellationToken stop)
    {
        var wait = time.GetElapsedTime(time.GetTimestamp(), due);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }

    /// <summary>Sends one request and waits for its end: the run stops between requests, so that none is left half done.</summary>
    private async ValueTask SendAsync(Exchange exchange, ShopRequest request, long startedAt, long ticket)
    {
        Outcome outcome;
        string? kind;
        try
        {
            var key = request.NeedsKey ? _keyPrefix + ticket.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
            var answer = await exchange.SendAsync(request, key, CancellationToken.None);
            outcome = OutcomeOf(answer.Status);
            kind = outcome == Outcome.Ok ? null : Problem.Kind(answer);
        }
        catch (TimeoutException)
        {
            (outcome, kind) = (Outcome.Failed, "timeout");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            (outcome, kind) = (Outcome.Failed, exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                ? "no connection" : "connection broke");
        }
        Meter.Record(request.Operation, time.GetElapsedTime(startedAt), outcome, kind);
        // A shop that is away must not be hammered by the closed loop.
        if (outcome == Outcome.Failed && options.Rate is null)
            await Task.Delay(PauseAfterFailure, time);
    }

    /// <summary>Open loop: what fell due while every client was busy, and was not sent before the end, waited in vain until now.</summary>
    private void RecordNeverSent(long start)
    {
        if (options.Rate is not { } rate)
            return;
        var now = time.GetTimestamp();
        var dueInAll = (long)(time.GetElapsedTime(start, now).TotalSeconds * rate);
        for (var ticket = _issued; ticket < Math.Min(dueInAll, options.Count + _issuedInWarmUp ?? long.MaxValue); ticket++)
            Meter.Record(0, time.GetElapsedTime(DueAt(start, ticket, rate), now), Outcome.Failed, "never sent");
    }

    private long DueAt(long start, long ticket, double rate) => start + (long)(ticket / rate * time.TimestampFrequency);

    private static Outcome OutcomeOf(int status) => status switch
    {
        202 => Outcome.Pending,
        >= 200 and < 300 => Outcome.Ok,
        429 => Outcome.Failed,
        >= 400 and < 500 => Outcome.Refused,
        _ => Outcome.Failed,
    };
}
