namespace Commerce.Shared.Tests;

public class TraceParentsTests
{
    private const string Known = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Theory]
    [InlineData(Known, Known)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", null)]
    [InlineData(Known + "-more", null)]
    [InlineData(Known + "\u0001", null)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-\u0001\u0001", null)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", null)]
    [InlineData("hello", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Nothing_but_a_trace_parent_is_kept(string? sent, string? kept) => Assert.Equal(kept, TraceParents.WellFormed(sent));
}
