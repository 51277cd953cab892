namespace Commerce.Shared.Tests;

/// <summary>Shards are stored, so the hash may never change. The values were had from another implementation.</summary>
public sealed class StableHashTests
{
    [Theory]
    [InlineData("", 0, 2872998923)]
    [InlineData("a", 0, 444641715)]
    [InlineData("P000100", 0, 3882403701)]
    [InlineData("o-1", 7, 1874457647)]
    [InlineData("한글", 0, 595487675)]
    [InlineData("kim", -1, 3486746274)]
    public void It_is_what_it_always_was(string text, int salt, uint expected) => Assert.Equal(expected, StableHash.Of(text, salt));

    [Fact]
    public void A_fraction_is_at_least_0_and_less_than_1() =>
        CsCheck.Check.Sample(CsCheck.Gen.Select(CsCheck.Gen.String, CsCheck.Gen.Int), (text, salt) =>
            StableHash.Fraction(text, salt) is >= 0 and < 1);

    [Fact]
    public void A_fraction_is_the_hash_by_all_there_are() => Assert.Equal(444641715 / 4294967296.0, StableHash.Fraction("a", 0));
}
