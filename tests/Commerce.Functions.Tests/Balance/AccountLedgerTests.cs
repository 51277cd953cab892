using Commerce.Functions.Balance;
using Commerce.Functions.Ledger;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
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
        await using var database = await TestDatabase.CreateAsync();
        using var accounts = new AccountReader(database.Database, new LedgerOptions(), TimeProvider.System);
        var ledger = new AccountLedger(accounts, new LedgerOptions(), TimeProvider.System);
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

        Assert.Equal(weight, ledger.WeightOf(new AccountRecord { Entry = refund }));
    }
}
