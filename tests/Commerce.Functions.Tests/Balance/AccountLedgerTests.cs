using Commerce.Functions.Balance;
using Commerce.Functions.Ledger;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Tests.Balance;

public class AccountLedgerTests
{
    /// <summary>An entry of a refund holds the lines that it gives back: a hundred of them at once would not fit into a batch.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(Limits.OrderLinesMax, 101)]
    public async Task A_refund_weighs_as_much_as_its_lines(int lines, int weight)
    {
        var refund = new LedgerEntry
        {
            Id = "refund-o-1",
            UserId = "u-1",
            Kind = EntryKind.Refund,
            Amount = 1,
            BalanceAfter = 1,
            Sequence = 1,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Lines = [.. Enumerable.Range(0, lines).Select(i => new SoldLine($"p{i}", 1, 1))],
        };

        Assert.Equal(weight, await WeightOfAsync(new AccountRecord { Entry = refund }));
    }

    /// <summary>The rejections of several orders at once give back as many carts.</summary>
    [Fact]
    public async Task A_rejection_weighs_as_much_as_its_lines_and_the_cart_that_it_gives_back()
    {
        var work = new OrderWork("o-1", "u-1", [.. Enumerable.Range(0, 24).Select(i => new SoldLine($"p{i}", 1, 1))]);
        var cart = CartRules.Empty("u-1", DateTimeOffset.UnixEpoch) with
        {
            Items = [.. Enumerable.Range(0, 36).Select(i => new CartItem($"p{i}", 1))],
        };

        Assert.Equal(2 + 5, await WeightOfAsync(new AccountRecord { Decision = new(work, OrderStatus.Rejected), Cart = cart }));
    }

    private static async Task<int> WeightOfAsync(AccountRecord record)
    {
        await using var database = await TestDatabase.CreateAsync();
        using var accounts = new AccountReader(database.Database, new LedgerOptions(), TimeProvider.System);
        return new AccountLedger(accounts, new LedgerOptions(), TimeProvider.System).WeightOf(record);
    }
}
