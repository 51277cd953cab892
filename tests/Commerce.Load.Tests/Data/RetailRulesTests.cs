using Commerce.Load.Data;
using CsCheck;

namespace Commerce.Load.Tests.Data;

public sealed class RetailRulesTests
{
    [Theory]
    [InlineData("2.55", 4460)]
    [InlineData("1.0", 1750)]
    [InlineData("0.01", 20)]
    [InlineData("0.001", 10)]
    [InlineData("3.39", 5930)]
    public void A_pound_is_1750_won_to_the_nearest_ten_and_at_least_ten(string pounds, long won) =>
        Assert.Equal(won, RetailRules.ToWon(RetailRules.Pounds(pounds)!.Value));

    [Fact]
    public void Won_are_multiples_of_ten_within_five_won_of_the_exact_price_and_never_below_ten() =>
        Gen.Int[1, 100_000_000].Sample(hundredths =>
        {
            var pounds = hundredths / 100m;
            var won = RetailRules.ToWon(pounds);
            return won % 10 == 0 && won >= 10 && (won == 10 || Math.Abs(won - (pounds * 1750m)) <= 5m);
        });

    [Fact]
    public void A_dearer_article_never_becomes_the_cheaper_one() =>
        Gen.Select(Gen.Int[1, 10_000_000], Gen.Int[0, 10_000_000])
            .Sample((price, more) => RetailRules.ToWon((price + more) / 100m) >= RetailRules.ToWon(price / 100m));

    [Theory]
    [InlineData("0")]
    [InlineData("-1.5")]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1,5")]
    [InlineData("NaN")]
    [InlineData("1e9")]
    [InlineData("9999999999999999999999999999999999")]
    [InlineData("1000001")]
    public void What_is_no_price_gives_none(string text) => Assert.Null(RetailRules.Pounds(text));

    [Theory]
    [InlineData("85123A", "85123A")]
    [InlineData("85123a", "85123A")]
    [InlineData(" 15056bl ", "15056BL")]
    [InlineData("22726", "22726")]
    [InlineData("DCGS0076", "DCGS0076")]
    [InlineData("POST", null)]
    [InlineData("D", null)]
    [InlineData("M", null)]
    [InlineData("BANK CHARGES", null)]
    [InlineData("C2", null)]
    [InlineData("", null)]
    [InlineData("../etc/passwd", null)]
    [InlineData("85123A?x=1", null)]
    [InlineData("８５１２３", null)]
    public void Goods_keep_their_stock_code_and_all_else_is_left_out(string code, string? productId) =>
        Assert.Equal(productId, RetailRules.ProductId(code));

    [Theory]
    [InlineData("17850", "17850")]
    [InlineData("17850.0", "17850")]
    [InlineData("", "guest")]
    [InlineData("  ", "guest")]
    [InlineData("a/b", null)]
    [InlineData("한국", null)]
    public void A_customer_number_is_a_user_id_and_none_is_the_guest(string customer, string? userId) =>
        Assert.Equal(userId, RetailRules.UserId(customer));

    [Fact]
    public void Stock_meets_twice_the_demand_except_for_scarce_products() =>
        Gen.Select(Gen.Int[10_000, 99_999], Gen.Int[1, 100_000]).Sample((digits, demand) =>
        {
            var stock = RetailRules.Stock($"{digits}A", demand);
            return digits % 37 == 0 ? stock == demand / 2 : stock >= (demand * 2) + 100 && stock % 10 == 0;
        });
}
