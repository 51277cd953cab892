namespace Architecture.Tests;

/// <summary>The rule that no folder knows another that knows it is worth what its finder of circles is.</summary>
public sealed class CirclesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("a>b b>c a>c", "")] // By two ways to one is no circle.
    [InlineData("a>b b>a", "a b")]
    [InlineData("a>b b>c c>a", "a b c")]
    [InlineData("a>b b>c c>d d>b d>e", "b c d")] // Who leads into a circle, or out of one, is not on it.
    [InlineData("a>b c>d d>e e>c", "c d e")]
    [InlineData("a>b b>a b>c c>b", "a b c")]
    [InlineData("a>a", "a")]
    public void Whoever_knows_itself_by_way_of_others_is_found_and_nobody_else(string knows, string found)
    {
        var known = knows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('>'))
            .ToLookup(static pair => pair[0], static pair => pair[1]);

        Assert.Equal(found, string.Join(' ', Circles.MembersIn(known).Order(StringComparer.Ordinal)));
    }
}
