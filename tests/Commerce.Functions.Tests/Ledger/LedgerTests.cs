using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;
using CsCheck;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Ledger;

/// <summary>The ledgers on the genuine SDK: whatever happens at once, sums are exact and each operation leaves one record.</summary>
public sealed class LedgerTests(TestStore store) : IClassFixture<TestStore>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static AccountLedger Accounts(IServiceProvider process) => process.GetRequiredService<AccountLedger>();

    private static StockLedger Stock(IServiceProvider process) => process.GetRequiredService<StockLedger>();

    private static string NewUser() => $"u-{Guid.NewGuid():N}";

    /// <summary>No character takes more bytes.</summary>
    private static readonly string LongName = string.Concat(Enumerable.Repeat("👍", Limits.NameLengthMax));

    private static Order OrderOf(string user, string id, long amount, int lines = 1) => new()
    {
        Id = id,
        UserId = user,
        Status = OrderStatus.Pending,
        Fingerprint = $"{amount}",
        Lines = [.. Enumerable.Range(0, lines)
            .Select(n => new OrderLine($"p{n:D4}".PadRight(Limits.IdentifierLengthMax, '+'), LongName, amount, 1, amount))],
        TotalAmount = amount * lines,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static Task<Result<Posting<AccountRecord>>> PlaceAsync(AccountLedger ledger, Order order) =>
        ledger.SubmitAsync(order.UserId, new AccountCommand.Place(order, null, IsFinal: true));

    private async Task<List<Order>> OrdersAsync(string user) => await store.Database[CommerceDatabase.Accounts].QueryAsync<Order>(
        new QueryDefinition("SELECT * FROM c WHERE c.type = 'order'"), new PartitionKey(user), ct: TestContext.Current.CancellationToken)
        .ToListAsync(TestContext.Current.CancellationToken);

    private async Task<(Account? Account, List<LedgerEntry> Entries)> ReadAsync(string user)
    {
        var accounts = store.Database[CommerceDatabase.Accounts];
        var account = await accounts.FindAsync<Account>(Account.DocumentId, new PartitionKey(user), TestContext.Current.CancellationToken);
        var entries = await accounts.QueryAsync<LedgerEntry>(
            new QueryDefinition("SELECT * FROM c WHERE c.type = 'entry'"), new PartitionKey(user),
                ct: TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        return (account, entries);
    }

    private async Task AssertSumsAsync(string user)
    {
        var (account, entries) = await ReadAsync(user);
        Assert.Equal(entries.Sum(entry => entry.Amount), account?.Balance ?? 0);
        var balance = 0L;
        foreach (var entry in entries.Where(entry => entry.Sequence > 0).OrderBy(entry => entry.Sequence))
            Assert.Equal(balance += entry.Amount, entry.BalanceAfter);
        Assert.True(balance >= 0);
        Assert.Equal(entries.Count(entry => entry.Sequence > 0), account?.EntryCount ?? 0);
        Assert.Equal((await OrdersAsync(user)).Where(order => order.Status == OrderStatus.Pending).Sum(order => order.TotalAmount),
            account?.Held ?? 0);
    }

    [Fact]
    public async Task Charges_and_orders_at_once_leave_exact_sums_and_one_document_an_operation()
    {
        await Gen.Select(Gen.Int[0, 30], Gen.Long[1, 100], Gen.Bool).Array[1, 200].SampleAsync(
            async operations =>
            {
                var (user, ledger) = (NewUser(), Accounts(store.App));
                var answers = await Task.WhenAll(operations.Select(async operation =>
                {
                    var (key, amount, isCharge) = operation;
                    AccountCommand command = isCharge
                        ? new AccountCommand.Charge(user, $"{key}", amount)
                        : new AccountCommand.Place(OrderOf(user, $"o-{key}", amount), null, IsFinal: true);
                    return (Id: new AccountRules().RecordId(command), Answer: await ledger.SubmitAsync(user, command).WaitAsync(Deadline));
                }));
                await AssertSumsAsync(user);
                foreach (var operation in answers.GroupBy(answer => answer.Id))
                {
                    // One did it, the others are its repeats, or were told that the key stands for something else.
                    var first = Assert.Single(operation, answer => answer.Answer is { Succeeded: true, Value.Repeated: false })
                        .Answer.Value!.Record;
                    Assert.All(operation, answer => Assert.True(
                        answer.Answer.Failure?.Code == ErrorCode.IdempotencyKeyReused
                        || (answer.Answer.Value!.Record.Entry, answer.Answer.Value.Record.Order?.Status) == (first.Entry,
                            first.Order?.Status)));
                }

                // Each pending order is paid and rejected at the same time, twice: one of the two it becomes.
                var pending = (await OrdersAsync(user)).Where(order => order.Status == OrderStatus.Pending).Select(OrderWork.Of).ToList();
                await Task.WhenAll(pending.SelectMany(work => new AccountCommand[]
                {
                    new AccountCommand.Pay(work), new AccountCommand.Reject(work, Failure.InsufficientStock("p", 1, 0), null),
                    new AccountCommand.Pay(work), new AccountCommand.Reject(work, Failure.InsufficientStock("p", 1, 0), null),
                }).Select(command => ledger.SubmitAsync(user, command))).WaitAsync(Deadline);
                await AssertSumsAsync(user);
                var (account, entries) = await ReadAsync(user);
                Assert.Equal(0, account?.Held ?? 0);
                Assert.Equal(
                    (await OrdersAsync(user)).Where(order => order.Status == OrderStatus.Paid)
                        .Select(order => OperationId.Payment(order.Id)).Order(),
                    entries.Where(entry => entry.Kind == EntryKind.Payment).Select(entry => entry.Id).Order());
            },
            iter: 15, threads: 2);
    }

    [Theory]
    [InlineData(6, Limits.OrderLinesMax)]
    [InlineData(30, 100)]
    public async Task Large_orders_of_one_user_at_once_fit_into_batches_of_the_store(int count, int lines)
    {
        var (user, ledger) = (NewUser(), Accounts(store.App));
        await ledger.SubmitAsync(user, new AccountCommand.Charge(user, "all", Limits.MoneyMax));
        var orders = Enumerable.Range(0, count).Select(n => OrderOf(user, $"o-{n}", 10, lines)).ToList();
        var placed = await Task.WhenAll(orders.Select(order => PlaceAsync(ledger, order))).WaitAsync(Deadline);
        Assert.All(placed, answer => Assert.Equal(OrderStatus.Pending, answer.Value!.Record.Order!.Status));
        var paid = await Task.WhenAll(orders.Select(order => ledger.SubmitAsync(user, new AccountCommand.Pay(OrderWork.Of(order)))))
            .WaitAsync(Deadline);
        Assert.All(paid, answer =>
            Assert.Equal((OrderStatus.Paid, lines),
                (answer.Value!.Record.Order!.Status, answer.Value.Record.Order.Lines.Count)));
        await AssertSumsAsync(user);
    }

    [Fact]
    public async Task Writers_in_two_processes_lose_races_but_no_money()
    {
        var user = NewUser();
        var processes = new[] { store.NewProcess(), store.NewProcess(), store.NewProcess() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(n =>
            Accounts(processes[n % 3]).SubmitAsync(user, new AccountCommand.Charge(user, $"{n / 2}", n / 2 + 1)))).WaitAsync(Deadline);
        Assert.All(answers, answer => Assert.True(answer.Succeeded));
        Assert.Equal(300, answers.Count(answer => !answer.Value!.Repeated));
        await AssertSumsAsync(user);
        Assert.Equal(300 * 301 / 2, (await ReadAsync(user)).Account!.Balance);
    }

    [Fact]
    public async Task A_writer_whose_cached_head_is_stale_decides_again()
    {
        var user = NewUser();
        var (here, there) = (Accounts(store.App), Accounts(store.NewProcess()));
        await here.SubmitAsync(user, new AccountCommand.Charge(user, "a", 100));
        await PlaceAsync(there, OrderOf(user, "o-1", 80));
        // Here all 100 are still thought to be free.
        var second = (await PlaceAsync(here, OrderOf(user, "o-2", 50))).Value!.Record.Order!;
        Assert.Equal((OrderStatus.Rejected, 20), (second.Status, second.Rejection!.Available));
        // There 20 are thought to be free, and a charge from here has made it enough.
        await here.SubmitAsync(user, new AccountCommand.Charge(user, "b", 30));
        Assert.Equal(OrderStatus.Pending, (await PlaceAsync(there, OrderOf(user, "o-3", 50))).Value!.Record.Order!.Status);
        await AssertSumsAsync(user);
    }

    [Fact]
    public async Task Whatever_the_store_and_the_network_do_each_charge_happens_once()
    {
        await Gen.ULong.SampleAsync(
            async seed =>
            {
                var plan = new FaultPlan(seed, probability: 0.3);
                using var faults = new CosmosFaultHandler(plan);
                await using var process = store.NewProcess(faults);
                var users = Enumerable.Range(0, 4).Select(n => $"u-{seed}-{n}").ToArray();
                var operations = Enumerable.Range(0, 80).Select(n => (User: users[n % 4], Key: n / 8, Amount: n / 8 + 1L)).ToList();
                foreach (var wave in operations.Chunk(16))
                    await Task.WhenAll(wave.Select(operation => SubmitUntilAnsweredAsync(operation.User, operation.Key, operation.Amount)))
                        .WaitAsync(Deadline);
                foreach (var user in users)
                {
                    await AssertSumsAsync(user);
                    Assert.Equal(10 * 11 / 2, (await ReadAsync(user)).Account!.Balance);
                }
                Assert.True(plan.Total > 0);

                async Task SubmitUntilAnsweredAsync(string user, int key, long amount)
                {
                    while (true)
                    {
                        try
                        {
                            Assert.True((await Accounts(process).SubmitAsync(user, new AccountCommand.Charge(user, $"{key}", amount)))
                                .Succeeded);
                            return;
                        }
                        catch (Exception fault) when (fault is CosmosException or HttpRequestException)
                        {
                            // The outcome is unknown: a client repeats with the same key.
                        }
                    }
                }
            },
            iter: 3, threads: 1);
    }

    [Fact]
    public async Task Buyers_of_the_last_pieces_get_exactly_those()
    {
        var (product, processes) = ($"p-{Guid.NewGuid():N}", new[] { store.App, store.NewProcess() });
        await store.App.GetRequiredService<CatalogWriter>().CreateAsync(product, "Hot", 1_000, stock: 60);
        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(n =>
            Stock(processes[n % 2]).SubmitAsync(product, new StockCommand.Reserve(product, $"o-{n}", 1, 1_000, IsPriceBound: false))))
                .WaitAsync(Deadline);
        Assert.Equal(60, answers.Count(answer => answer.Value!.Record.Kind == MovementKind.Sale));
        Assert.Equal(60, answers.Count(answer => answer.Value!.Record is { Kind: MovementKind.Refused, StockAfter: 0, Requested: 1 }));
    }

    [Fact]
    public async Task What_would_leave_a_negative_stock_is_never_written()
    {
        var product = $"p-{Guid.NewGuid():N}";
        await store.App.GetRequiredService<CatalogWriter>().CreateAsync(product, "Hot", 1_000, stock: 5);
        var sale = (await Stock(store.App).SubmitAsync(product, new StockCommand.Reserve(product, "o", 1, 1_000, IsPriceBound: false)))
            .Value!.Record;

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Stock(store.App).SubmitAsync(product, new StockCommand.Release(product, "o", sale with { Delta = 100 })));

        var stored = await store.App.GetRequiredService<ProductReader>().FindAsync(product, TestContext.Current.CancellationToken);
        Assert.Equal((4, 2), (stored!.Stock, stored.MovementCount));
    }

    [Fact]
    public async Task What_would_leave_a_negative_balance_is_never_written()
    {
        var (user, ledger) = (NewUser(), Accounts(store.App));
        await ledger.SubmitAsync(user, new AccountCommand.Charge(user, "a", 100));
        var work = OrderWork.Of((await PlaceAsync(ledger, OrderOf(user, "o-1", 50))).Value!.Record.Order!);
        var dearer = work with { Items = [work.Items[0] with { UnitPrice = 500 }] };

        await Assert.ThrowsAsync<InvalidOperationException>(() => ledger.SubmitAsync(user, new AccountCommand.Pay(dearer)));

        var (account, entries) = await ReadAsync(user);
        Assert.Equal((100, 50), (account!.Balance, account.Held));
        Assert.Single(entries);
    }
}
