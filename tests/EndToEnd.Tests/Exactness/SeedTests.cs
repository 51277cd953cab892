using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Exactness;

public sealed class SeedTests
{
    /// <summary>These were drawn by another process: what a failure printed is of use to the next run.</summary>
    [Fact]
    public void A_seed_gives_the_same_numbers_in_every_process() =>
        Assert.Equal([589_365, 711_944, 344_206], Enumerable.Range(0, 3).Select(part => Seed.Of(4711, part).Next(1_000_000)));
}
