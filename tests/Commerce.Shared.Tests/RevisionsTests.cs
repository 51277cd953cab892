namespace Commerce.Shared.Tests;

public sealed class RevisionsTests
{
    /// <summary>A document after so many writes, each with its number for a name.</summary>
    private static string After(int writes) =>
        Enumerable.Range(1, writes).Aggregate("", (revisions, n) => Revisions.With(revisions, $"w{n}"));

    [Fact]
    public void The_last_writes_are_named_newest_first()
    {
        Assert.Equal("w3 w2 w1", After(3));
        Assert.Equal(Revisions.KeptMax, After(100).Split(' ').Length);
        Assert.True(Revisions.IsLast(After(100), "w100"));
        Assert.False(Revisions.IsLast(After(100), "w99"));
        Assert.True(Revisions.Contains(After(100), "w99"));
        Assert.False(Revisions.Contains(After(100), "w9"));
        Assert.False(Revisions.Contains("", ""));
        Assert.False(Revisions.IsLast("", "w1"));
    }

    [Fact]
    public void It_is_known_how_far_back_they_tell_everything()
    {
        for (var before = 0; before < 3 * Revisions.KeptMax; before++)
        {
            for (var since = 0; since < 2 * Revisions.KeptMax; since++)
                Assert.Equal(since < Revisions.KeptMax, Revisions.TellAllSince(After(before + since), After(before)));
        }
    }
}
