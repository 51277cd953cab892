using Commerce.Functions.Http;

namespace Commerce.Functions.Tests.Http;

public class PreferenceTests
{
    [Theory]
    [InlineData("wait=5", 5)]
    [InlineData("WAIT = \"5\"", 5)]
    [InlineData("respond-async, wait=5; foo=1", 5)]
    [InlineData("wait=x", null)]
    [InlineData("wait=-1", null)]
    [InlineData("wait", null)]
    [InlineData("", null)]
    public void How_long_is_waited_is_a_whole_number_of_seconds(string sent, int? seconds) =>
        Assert.Equal(seconds, Of(sent).Wait?.TotalSeconds);

    /// <summary>RFC 7240, 2.</summary>
    [Fact]
    public void Of_a_preference_that_comes_twice_the_first_counts()
    {
        Assert.Equal(TimeSpan.Zero, Of("wait=0, wait=10").Wait);
        Assert.Equal(TimeSpan.Zero, Of("wait=0", "wait=10").Wait);
        Assert.Equal(ReturnPreference.Minimal, Of("return=minimal, return=representation").Return);
    }

    [Theory]
    [InlineData("respond-async", true)]
    [InlineData("Respond-Async;a=b", true)]
    [InlineData("respond-async=1", false)]
    public void Who_would_rather_poll_says_so(string sent, bool isSaid) => Assert.Equal(isSaid, Of(sent).RespondAsync);

    private static Preference Of(params string[] lines) => Preference.Of(Requests.With(headers: [.. lines.Select(static line => ("Prefer", line))]));
}
