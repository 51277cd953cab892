using Commerce.Scale.Model;

namespace Commerce.Scale.FlashSale;

/// <summary>Random numbers that are the same for the same seed on every machine and runtime (SplitMix64).</summary>
internal sealed class Chance(ulong seed)
{
    // The 99th percentile of the standard normal distribution.
    private const double Normal99 = 2.3263478740408408;

    private ulong _state = seed;

    /// <summary>From 0 to 1, without 1.</summary>
    public double Next() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to <paramref name="limit"/>, without it.</summary>
    public int Next(int limit) => (int)(Next() * limit);

    /// <summary>Microseconds between two events that come at a rate of their own accord.</summary>
    public long NextIntervalUs(double perSecond) => (long)(-Math.Log(1 - Next()) / perSecond * 1e6);

    /// <summary>Microseconds, lognormal.</summary>
    public long NextUs(LatencyFigure latency)
    {
        var sigma = Math.Log(latency.P99 / latency.Median) / Normal99;
        var normal = Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());
        return (long)(latency.Median * 1000 * Math.Exp(sigma * normal));
    }

    private ulong NextBits()
    {
        var bits = _state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
