using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Ranking;

public sealed class TopProductsInputTests(ShopFixture fixture)
{
    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-5", "limit")]
    [InlineData("limit=five", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("window=2h", "window")]
    [InlineData("window=", "window")]
    public async Task A_request_for_what_there_is_not_is_refused(string query, string field)
    {
        var answer = (await fixture.Shop.GetAsync($"/api/products/top?{query}")).Expect(400);

        Assert.Equal("validation", answer.Problem);
        Assert.Equal(field, answer.Json.GetProperty("errors")[0].GetProperty("field").GetString());
    }
}
