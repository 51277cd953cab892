using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using CsCheck;

namespace Commerce.Shared.Tests.Ledger;

/// <summary>Any sequence of commands, with repeats, on a ledger that keeps one record an operation.</summary>
public sealed class LedgerRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<StockCommand> StockCommands = Gen.OneOf<StockCommand>(
        Gen.Select(Gen.Int[0, 9], Gen.Long[1, 8], (order, quantity) =>
            (StockCommand)new StockCommand.Reserve("p", $"o{order}", quantity, 5, false)),
        Gen.Select(Gen.Int[0, 9], Gen.Long[1, 8], (order, quantity) => (StockCommand)new StockCommand.Seal("p", $"o{order}", quantity)),
        Gen.Int[0, 9].Select(order => (StockCommand)new StockCommand.Release("p", $"o{order}", NoSale)),
        Gen.Select(Gen.Int[0, 99], Gen.Long[-9, 9], (key, delta) =>
            (StockCommand)new StockCommand.Adjust("p", $"k{key}", delta == 0 ? 1 : delta, "why")));

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
    public void A_repeat_is_answered_as_the_first_time_whatever_came_in_between() => StockCommands.Array[1, 40].Sample(commands =>
    {
        var product = new Product { ProductId = "p", Name = "P", Price = 5, Stock = 0, CreatedAt = Now, UpdatedAt = Now };
        var ledger = new PureLedger<Product, StockCommand, StockMovement>(new StockRules(), product);
        var first = new Dictionary<StockCommand, StockMovement>();
        foreach (var command in commands.Where(command => command is not StockCommand.Release))
        {
            // Of two different requests under one key the second is no repeat.
            if (ledger.Submit(command).Value?.Record is { } record)
                Assert.Equal(first.TryAdd(command, record) ? record : first[command], record);
        }
    });

    [Fact]
    public void A_sealed_line_is_refused_however_much_stock_there_is()
    {
        var product = new Product { ProductId = "p", Name = "P", Price = 5, Stock = 100, CreatedAt = Now, UpdatedAt = Now };
        var ledger = new PureLedger<Product, StockCommand, StockMovement>(new StockRules(), product);
        ledger.Submit(new StockCommand.Seal("p", "o", 3));
        var late = ledger.Submit(new StockCommand.Reserve("p", "o", 3, 5, false));
        Assert.Equal(MovementKind.Sealed, late.Value!.Record.Kind);
        Assert.Equal(100, ledger.Head!.Stock);
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
