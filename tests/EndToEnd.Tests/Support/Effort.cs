using System.Globalization;

namespace EndToEnd.Tests.Support;

/// <summary>How hard the random tests try: the environment variable <c>COMMERCE_EFFORT</c> multiplies their rounds (default 1).</summary>
public static class Effort
{
    private static readonly double Factor =
        double.TryParse(Environment.GetEnvironmentVariable("COMMERCE_EFFORT"), CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    public static int Scaled(int rounds) => Math.Max(1, (int)(rounds * Factor));
}
