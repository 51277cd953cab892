using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Faults;

namespace Metered;

/// <summary>
/// Gives each partition of a container so many request units in a second of the clock, as Azure does with 10,000: who asks for more is sent
/// away until the next second begins. A call is let in as long as anything is left, and charged what it has cost.
/// </summary>
/// <param name="container">The container; the others have no bounds.</param>
/// <param name="unitsPerSecond">Request units that a partition has in a second.</param>
/// <param name="time">The clock.</param>
internal sealed class MeteredHandler(string container, double unitsPerSecond, TimeProvider time) : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, Meter> _meters = new();
    private long _refused;

    /// <summary>Calls that were sent away.</summary>
    public long Refused => Volatile.Read(ref _refused);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = await CosmosCall.OfAsync(request);
        if (call.Container != container || call.PartitionKey.Length == 0)
            return await base.SendAsync(request, cancellationToken);
        var meter = _meters.GetOrAdd(call.PartitionKey, _ => new Meter());
        if (meter.WaitFor(unitsPerSecond, time.GetUtcNow()) is { } wait)
        {
            Interlocked.Increment(ref _refused);
            return TooManyRequests(request, wait);
        }
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.Headers.TryGetValues("x-ms-request-charge", out var charge))
            meter.Charge(double.Parse(charge.First(), CultureInfo.InvariantCulture));
        return answer;
    }

    private static HttpResponseMessage TooManyRequests(HttpRequestMessage request, TimeSpan wait)
    {
        var refusal = new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            RequestMessage = request,
            Content = new StringContent("""{"code":"429","message":"Request rate is large."}"""),
        };
        refusal.Headers.Add("x-ms-substatus", "3200");
        refusal.Headers.Add("x-ms-retry-after-ms", Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        refusal.Headers.Add("x-ms-activity-id", Guid.NewGuid().ToString());
        return refusal;
    }

    private sealed class Meter
    {
        private readonly Lock _lock = new();
        private long _second;
        private double _used;

        /// <summary>How long to wait; null when a call may go on.</summary>
        public TimeSpan? WaitFor(double unitsPerSecond, DateTimeOffset now)
        {
            lock (_lock)
            {
                var second = now.Ticks / TimeSpan.TicksPerSecond;
                if (second > _second)
                    (_second, _used) = (second, 0);
                return _used < unitsPerSecond ? null : TimeSpan.FromTicks(((second + 1) * TimeSpan.TicksPerSecond) - now.Ticks);
            }
        }

        public void Charge(double units)
        {
            lock (_lock)
                _used += units;
        }
    }
}
