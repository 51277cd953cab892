using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Commerce.Functions.Delivery;
using Commerce.Functions.Telemetry;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>Alerts and workbooks ask for measurements by these names.</summary>
public class DeliveryMetricsTests
{
    [Fact]
    public void Measurements_have_their_names_and_units()
    {
        RuntimeHelpers.RunClassConstructor(typeof(DeliveryMetrics).TypeHandle);
        var published = new List<(string, string?, bool)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == CommerceTelemetry.Meter && instrument.Name.StartsWith("commerce.delivery.", StringComparison.Ordinal))
                published.Add((instrument.Name, instrument.Unit, string.IsNullOrEmpty(instrument.Description)));
        };
        listener.Start();

        Assert.Equal(
            [
                ("commerce.delivery.attempts", "{attempt}", false),
                ("commerce.delivery.breaker", null, false),
                ("commerce.delivery.handovers", "{event}", false),
                ("commerce.delivery.lag", "s", false),
                ("commerce.delivery.parked", "{event}", false),
                ("commerce.delivery.recovered", "{event}", false),
                ("commerce.delivery.waiting", "{event}", false),
            ],
            published.Order());
    }

    [Fact]
    public async Task What_is_left_to_redelivery_and_what_is_found_in_the_books_alone_is_counted()
    {
        using var counts = new CountsHere();
        await using var fixture = await DeliveryFixture.CreateAsync();
        await fixture.DispatchAsync("o-delivered");
        Assert.Equal(0, counts.Of("commerce.delivery.handovers"));
        fixture.Platform.AnswerWith(500);
        await fixture.DispatchAsync("o-waiting");
        Assert.Equal(1, counts.Of("commerce.delivery.handovers"));

        await fixture.PayAsync("o-lost");
        fixture.Time.Shift(TimeSpan.FromSeconds(DeliveryFixture.Options.LostAfterSeconds + 1));
        await fixture.Reconciler.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, counts.Of("commerce.delivery.recovered"));
    }

    /// <summary>Counts what its own test measures, and not what others do at the same time: a measurement is told where it is made.</summary>
    private sealed class CountsHere : IDisposable
    {
        private readonly AsyncLocal<bool> _isHere = new() { Value = true };
        private readonly ConcurrentDictionary<string, long> _counts = new();
        private readonly MeterListener _listener = new();

        public CountsHere()
        {
            _listener.InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter == CommerceTelemetry.Meter)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            {
                if (_isHere.Value)
                    _counts.AddOrUpdate(instrument.Name, value, (_, before) => before + value);
            });
            _listener.Start();
        }

        public long Of(string name) => _counts.GetValueOrDefault(name);

        public void Dispose() => _listener.Dispose();
    }
}
