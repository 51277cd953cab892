using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using CsCheck;

namespace Commerce.Shared.Tests.Ledger;

/// <summary>Any sequence of commands, with repeats, on a ledger that keeps one record an operation.</summary>
public sealed class LedgerRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<StockCommand> StockCommands = Gen.OneOf<StockCommand>(
        Gen.Select(Gen.Int[0, 9], Gen.Long[1, 8], (order, quantity) => (StockCommand)new StockCommand.Reserve("p", $"o{order}", quantity)),
        Gen.Select(Gen.Int[0, 9], Gen.Long[1, 8], (order, quantity) => (StockCommand)new StockCommand.Seal("p", $"o{order}", quantity)),
        Gen.Int[0, 9].Select(order => (StockCommand)new StockCommand.Release("p", $"o{order}", NoSale)),
        Gen.Select(Gen.Int[0, 99], Gen.Long[-9, 9], (key, delta) => (StockCommand)new StockCommand.Adjust("p", $"k{key}", delta == 0 ? 1 : delta, "why")));

    private static readonly Gen<AccountCommand> AccountCommands = Gen.OneOf<AccountCommand>(
        Gen.Select(Gen.Int[0, 99], Gen.Long[1, 9], (key, amount) => (AccountCommand)new AccountCommand.Charge("u", $"k{key}", amount)),
        Gen.Select(Gen.Int[0, 9], Gen.Long[0, 9], (order, amount) => (AccountCommand)new AccountCommand.Pay("u", $"o{order}", amount)));

    private static StockMovement NoSale => new()
    {
        Sequence = 0,
        Id = "",
        ProductId = "p",
        Kind = MovementKind.Refused,
        Delta = 0,
        StockAfter = 0,
        OccurredAt = Now,
    };

    [Fact]
    public void Stock_is_the_sum_of_its_movements_and_never_negative() => StockCommands.Array[0, 60].Sample(commands =>
    {
        var rules = new StockRules();
        var product = new Product { ProductId = "p", Name = "P", Price = 5, Stock = 0, CreatedAt = Now, UpdatedAt = Now };
        var ledger = new PureLedger<Product, StockCommand, StockMovement>(rules, product);
        foreach (var command in commands)
        {
            // Only what was sold can be released; the caller reads the sale to know it.
            if (command is not StockCommand.Release release)
                ledger.Submit(command);
            else if (ledger.Records.GetValueOrDefault(OperationId.Sale(release.OrderId)) is { Kind: MovementKind.Sale } sale)
                ledger.Submit(release with { Sale = sale });
            Assert.Equal(ledger.Records.Values.Sum(movement => movement.Delta), ledger.Head!.Stock);
            Assert.True(ledger.Head.Stock >= 0);
        }
    });

    [Fact]
    public void A_balance_is_the_sum_of_its_entries_and_never_negative() => AccountCommands.Array[0, 60].Sample(commands =>
    {
        var ledger = new PureLedger<Account, AccountCommand, LedgerEntry>(new AccountRules(), null);
        foreach (var command in commands)
        {
            ledger.Submit(command);
            Assert.Equal(ledger.Records.Values.Sum(entry => entry.Amount), ledger.Head!.Balance);
            Assert.True(ledger.Head.Balance >= 0);
            Assert.Equal(ledger.Records.Values.Count(entry => entry.Sequence > 0), ledger.Head.EntryCount);
        }
    });

    [Fact]
    public void A_repeat_is_answered_as_the_first_time_whatever_came_in_between() => AccountCommands.Array[1, 40].Sample(commands =>
    {
        var ledger = new PureLedger<Account, AccountCommand, LedgerEntry>(new AccountRules(), null);
        var first = new Dictionary<AccountCommand, Result<Posting<LedgerEntry>>>();
        foreach (var command in commands)
        {
            var answer = ledger.Submit(command);
            if (first.TryGetValue(command, out var before) && before.Succeeded)
                Assert.Equal(before.Value!.Record, answer.Value!.Record);
            else
                first[command] = answer;
        }
    });

    [Fact]
    public void A_sealed_line_is_refused_however_much_stock_there_is()
    {
        var product = new Product { ProductId = "p", Name = "P", Price = 5, Stock = 100, CreatedAt = Now, UpdatedAt = Now };
        var ledger = new PureLedger<Product, StockCommand, StockMovement>(new StockRules(), product);
        ledger.Submit(new StockCommand.Seal("p", "o", 3));
        var late = ledger.Submit(new StockCommand.Reserve("p", "o", 3));
        Assert.Equal(MovementKind.Refused, late.Value!.Record.Kind);
        Assert.Equal(100, ledger.Head!.Stock);
    }

    [Fact]
    public void A_balance_cannot_exceed_what_a_double_counts_exactly()
    {
        var account = new Account { UserId = "u", Balance = Limits.MoneyMax - 5, EntryCount = 1, UpdatedAt = Now };
        var ledger = new PureLedger<Account, AccountCommand, LedgerEntry>(new AccountRules(), account);
        var refusal = ledger.Submit(new AccountCommand.Charge("u", "k", 6)).Failure!;
        Assert.Equal((ErrorCode.BalanceLimitExceeded, 6L, 5L), (refusal.Code, refusal.Requested!.Value, refusal.Available!.Value));
        Assert.True(ledger.Submit(new AccountCommand.Charge("u", "k", 5)).Succeeded);
    }

    /// <summary>What the ledger writer does, without a store.</summary>
    private sealed class PureLedger<THead, TCommand, TRecord>(ILedgerRules<THead, TCommand, TRecord> rules, THead? head)
        where THead : class
        where TRecord : class
    {
        public THead? Head { get; private set; } = head;

        public Dictionary<string, TRecord> Records { get; } = [];

        public Result<Posting<TRecord>> Submit(TCommand command)
        {
            if (Records.TryGetValue(rules.RecordId(command), out var record))
            {
                return rules.IsRepeat(record, command)
                    ? new Posting<TRecord>(record, Repeated: true)
                    : new Failure(ErrorCode.IdempotencyKeyReused, "");
            }
            var decision = rules.Decide(Head, command, Now);
            if (!decision.IsPosted)
                return decision.Failure;
            Head = decision.Head;
            Records.Add(rules.RecordId(command), decision.Record);
            return new Posting<TRecord>(decision.Record, Repeated: false);
        }
    }
}
