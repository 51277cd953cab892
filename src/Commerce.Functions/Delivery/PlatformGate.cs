using CloudNative.CloudEvents;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;

namespace Commerce.Functions.Delivery;

/// <summary>
/// The one way to the data platform in this process: a circuit breaker for all deliveries, new and repeated. While it is open, nothing is
/// sent.
/// </summary>
public sealed partial class PlatformGate
{
    private const double FailureRatio = 0.5;
    private const int ThroughputMin = 5;

    // Short, because of the successes just before an outage: while they are more than the failures, everything is still sent.
    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BreakMin = TimeSpan.FromSeconds(2);

    private readonly DataPlatformClient _client;
    private readonly DataPlatformOptions _options;
    private readonly BreakerReport _report;
    private readonly ILogger<PlatformGate> _logger;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly ResiliencePipeline<DeliveryAttempt> _pipeline;
    private long _brokenUntilTicks;
    private int _recovered;

    public PlatformGate(
        DataPlatformClient client,
        BreakerReport report,
        IOptions<DataPlatformOptions> options,
        TimeProvider time,
        ILogger<PlatformGate> logger)
    {
        (_client, _report, _options, _logger) = (client, report, options.Value, logger);
        _pipeline = new ResiliencePipelineBuilder<DeliveryAttempt> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<DeliveryAttempt>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result?.Verdict == DeliveryVerdict.Failed),
                FailureRatio = FailureRatio,
                MinimumThroughput = ThroughputMin,
                SamplingDuration = Sampling,
                BreakDurationGenerator = arguments => ValueTask.FromResult(BreakOf(arguments.HalfOpenAttempts)),
                StateProvider = _breaker,
                OnOpened = arguments =>
                {
                    var (now, pause, detail) = (time.GetUtcNow(), arguments.BreakDuration, arguments.Outcome.Result?.Detail ?? "");
                    Interlocked.Exchange(ref _brokenUntilTicks, (now + pause).UtcTicks);
                    _report.Open(now, pause, detail);
                    LogOpened(pause.TotalSeconds, detail);
                    return default;
                },
                OnClosed = _ =>
                {
                    Interlocked.Exchange(ref _recovered, 1);
                    _report.Close();
                    LogClosed();
                    return default;
                },
            })
            .Build();
        DeliveryMetrics.ObserveBreaker(() => (int)ToldState(time.GetUtcNow()));
    }

    /// <summary>Closed: the platform answers. Open: it does not, and nothing is sent. HalfOpen: one event is trying.</summary>
    public CircuitState State => _breaker.CircuitState;

    /// <summary>
    /// The state as it is told to operators: an instance that delivers no more does not hear that the platform is back, and is not heard
    /// of in the end.
    /// </summary>
    internal CircuitState ToldState(DateTimeOffset now) => now < RetryAt + OpenBreaker.KeptFor ? State : CircuitState.Closed;

    public bool IsConfigured => _options.IsConfigured;

    /// <summary>Events are sent as they come. False: at most one may try whether the platform is back.</summary>
    public bool IsOpenForAll => IsConfigured && State == CircuitState.Closed;

    /// <summary>When the breaker lets the next event try. In the past when nothing is in the way.</summary>
    public DateTimeOffset RetryAt => new(Interlocked.Read(ref _brokenUntilTicks), TimeSpan.Zero);

    /// <summary>Sends an event, unless the platform is known not to take any.</summary>
    /// <returns>What came of it; null when nothing was sent.</returns>
    public async Task<DeliveryAttempt?> TrySendAsync(CloudEvent cloudEvent, CancellationToken ct)
    {
        if (!IsConfigured)
            return null;
        try
        {
            var attempt = await _pipeline.ExecuteAsync(
                static async (state, token) => await state.Client.SendAsync(state.Event, token), (Client: _client, Event: cloudEvent), ct);
            DeliveryMetrics.Attempted(attempt, cloudEvent.Time);
            return attempt;
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
    }

    /// <summary>True once after the platform has come back: then the backlog need not wait for its next probe.</summary>
    public bool TakeRecovery() => Interlocked.Exchange(ref _recovered, 0) == 1;

    private TimeSpan BreakOf(int halfOpenAttempts) => TimeSpan.FromSeconds(
        Math.Min(BreakMin.TotalSeconds * (1L << Math.Min(halfOpenAttempts, 20)), _options.ProbeSecondsMax));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The data platform is down; events wait. Next try in {Seconds} s. Last answer: {Detail}")]
    private partial void LogOpened(double seconds, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "The data platform answers again")]
    private partial void LogClosed();
}
