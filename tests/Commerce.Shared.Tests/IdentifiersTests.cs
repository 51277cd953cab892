namespace Commerce.Shared.Tests;

public sealed class IdentifiersTests
{
    [Theory]
    [InlineData("17850")]
    [InlineData("kim.min-su+shop@example.com")]
    [InlineData("auth0|5f7c8ec7")]
    [InlineData("_a~b:c")]
    public void Ids_from_real_systems_are_accepted(string id)
    {
        Assert.True(Identifiers.IsUserId(id));
        Assert.True(Identifiers.IsProductId(id));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a%2Fb")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("-a")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("홍길동")]
    [InlineData("é")]
    [InlineData(" a")]
    [InlineData("a ")]
    public void Ids_that_mean_something_in_a_URL_or_are_not_ASCII_are_refused(string id)
    {
        Assert.False(Identifiers.IsUserId(id));
        Assert.False(Identifiers.IsProductId(id));
    }

    [Fact]
    public void Ids_have_at_most_64_characters()
    {
        Assert.True(Identifiers.IsUserId(new string('x', Limits.IdentifierLengthMax)));
        Assert.False(Identifiers.IsUserId(new string('x', Limits.IdentifierLengthMax + 1)));
        Assert.False(Identifiers.IsProductId(new string('x', 10_000)));
    }

    [Fact]
    public void A_product_id_may_have_spaces_inside_and_a_user_id_may_not()
    {
        Assert.True(Identifiers.IsProductId("BANK CHARGES"));
        Assert.False(Identifiers.IsUserId("BANK CHARGES"));
    }

    [Theory]
    [InlineData("top")]
    [InlineData("TOP")]
    [InlineData("Import")]
    public void A_product_cannot_be_called_like_a_route_in_any_case(string id) => Assert.False(Identifiers.IsProductId(id));

    [Theory]
    [InlineData("top1")]
    [InlineData("to")]
    [InlineData("POST")]
    public void A_product_may_be_called_nearly_like_a_route(string id) => Assert.True(Identifiers.IsProductId(id));
}
