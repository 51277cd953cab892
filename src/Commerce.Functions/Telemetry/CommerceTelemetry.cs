using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Commerce.Functions.Telemetry;

/// <summary>Where the shop's own spans and measurements come from. Instruments are named <c>commerce.{slice}.{what}</c>.</summary>
internal static class CommerceTelemetry
{
    public const string Name = "Commerce";

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Meter Meter = new(Name);
}
