using Commerce.Functions.Cart;
using Commerce.Shared;
using Commerce.Shared.Cart;
using Commerce.Shared.Catalog;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Cart;

public class CartETagTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly ShoppingCart Cart = CartRules.Empty("kim", Now) with { Items = [new("gone", 1)], ETag = "\"7\"" };

    private static readonly IReadOnlyDictionary<string, Product> NoProducts = new Dictionary<string, Product>();

    [Fact]
    public void A_product_that_is_gone_counts_as_one_without_a_version() =>
        Assert.Equal($"\"7.{OperationId.Fingerprint("")}\"", CartETag.Of(Cart, NoProducts));

    [Theory]
    [InlineData("*", "\"7\"", true)]
    [InlineData("*", null, false)]
    [InlineData("\"7.x\"", "\"7\"", true)]
    [InlineData("\"7.x\"", "\"8\"", false)]
    [InlineData("\"0.x\"", null, true)]
    [InlineData("\"1.x\", \"7.x\"", "\"7\"", true)]
    [InlineData("W/\"7.x\"", "\"7\"", false)]
    [InlineData("nonsense", "\"7\"", false)]
    public void A_change_goes_by_the_version_of_the_cart(string ifMatch, string? stored, bool holds) =>
        Assert.Equal(holds, CartETag.Precondition(Request(ifMatch))!(stored));

    [Fact]
    public void Who_buys_goes_by_all_that_was_shown()
    {
        var shown = CartETag.Of(Cart, NoProducts);

        Assert.True(IsAsDemanded(shown));
        Assert.True(IsAsDemanded($"\"other\", {shown}"));
        Assert.False(IsAsDemanded($"W/{shown}"));
        Assert.False(IsAsDemanded("\"7.other\""));

        static bool IsAsDemanded(string ifMatch) => CartETag.IsAsDemanded(Request(ifMatch), Cart, NoProducts);
    }

    private static HttpRequest Request(string ifMatch) => new DefaultHttpContext { Request = { Headers = { IfMatch = ifMatch } } }.Request;
}
