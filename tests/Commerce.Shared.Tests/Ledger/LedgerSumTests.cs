using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;

namespace Commerce.Shared.Tests.Ledger;

/// <summary>What must never be written is told from what may be.</summary>
public sealed class LedgerSumTests
{
    [Theory]
    [InlineData(5, 7, 2, 3, true)]
    [InlineData(5, 5, 0, 0, true)] // A refusal changes nothing.
    [InlineData(5, 8, 2, 3, false)] // Not what was there and what is added.
    [InlineData(5, 7, 2, 4, false)] // A place is left out.
    [InlineData(5, 7, 2, 0, false)] // A change without a place.
    [InlineData(5, 0, -5, 3, true)]
    [InlineData(1, -1, -2, 3, false)] // Below zero.
    public void Records_lead_from_the_head_that_was_to_the_head_that_is(long before, long after, long delta, long sequence, bool holds)
    {
        var sum = new LedgerSum(before, 2).With(delta, after, sequence);
        Assert.Equal(holds, sum.Explains(after, sequence == 0 ? 2 : 3));
    }

    [Fact]
    public void A_head_that_its_records_do_not_explain_is_not_sound()
    {
        var product = new Product
        {
            ProductId = "p",
            Name = "P",
            Price = 5,
            Stock = 5,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        };
        var rules = new StockRules();
        Assert.True(rules.IsSound(product, product, []));
        Assert.False(rules.IsSound(product, product with { Stock = 6 }, []));
        Assert.False(rules.IsSound(product, product with { MovementCount = 1 }, []));
    }
}
