using System.Globalization;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Seeds of random tests. The environment variable <c>COMMERCE_SEED</c> gives the one that a failure printed again; what the clients do
/// then is the same, the interleaving is the machine's.
/// </summary>
internal static class Seed
{
    /// <summary>A seed to test with. It stands in the test's output, whatever it is that fails.</summary>
    public static int Next()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        return seed;
    }

    /// <summary>Random numbers for a part of a test, the same in every process. (<see cref="HashCode.Combine{T1, T2}"/> is not.)</summary>
    public static Random Of(params ReadOnlySpan<int> parts)
    {
        var seed = 17;
        foreach (var part in parts)
            seed = unchecked((seed ^ part) * 16_777_619);
        return new Random(seed);
    }
}
