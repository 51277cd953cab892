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
}
