using Commerce.Functions.Http;

namespace Commerce.Functions.Tests.Http;

public sealed class EntityTagsTests
{
    [Theory]
    [InlineData("\"a\"", "\"a\"", true)]
    [InlineData("W/\"a\"", "\"a\"", true)]
    [InlineData("\"b\", \"a\"", "\"a\"", true)]
    [InlineData("*", "\"a\"", true)]
    [InlineData("*", null, false)]
    [InlineData("\"b\"", "\"a\"", false)]
    [InlineData("a", "\"a\"", false)]
    [InlineData("", "\"a\"", false)]
    public void A_reader_that_has_the_version_is_told_so(string header, string? etag, bool unchanged) =>
        Assert.Equal(unchanged, EntityTags.IsUnchanged(Requests.With(headers: ("If-None-Match", header)), etag));

    [Theory]
    [InlineData("If-Match", "\"a\"", "\"a\"", true)]
    [InlineData("If-Match", "W/\"a\"", "\"a\"", false)]
    [InlineData("If-Match", "\"b\"", "\"a\"", false)]
    [InlineData("If-Match", "nonsense", "\"a\"", false)]
    [InlineData("If-Match", "*", "\"a\"", true)]
    [InlineData("If-Match", "*", null, false)]
    [InlineData("If-Match", "\"a\"", null, false)]
    [InlineData("If-None-Match", "*", "\"a\"", false)]
    [InlineData("If-None-Match", "*", null, true)]
    [InlineData("If-None-Match", "\"a\"", "\"b\"", true)]
    public void A_write_goes_ahead_when_its_preconditions_hold(string name, string header, string? etag, bool holds) =>
        Assert.Equal(holds, EntityTags.PreconditionsHold(Requests.With(headers: (name, header)), etag));

    [Fact]
    public void Without_preconditions_a_write_goes_ahead() => Assert.True(EntityTags.PreconditionsHold(Requests.With(), null));
}
