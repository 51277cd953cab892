using EndToEnd.Tests.Support;
using Faults;

namespace EndToEnd.Tests.Exactness;

/// <summary>Random concurrent histories through HTTP, each answer held to a sequential model.</summary>
public sealed class HistoryTests(ShopFixture fixture)
{
    [Fact]
    public async Task Every_answer_is_explained_by_some_sequential_order()
    {
        for (var round = 0; round < Effort.Scaled(25); round++)
            await new RandomHistory(Random.Shared.Next(), fixture.Shop).AssertExplainableAsync();
    }

    [Fact]
    public async Task So_it_is_with_two_processes_on_a_store_that_fails()
    {
        var plan = new FaultPlan((ulong)Random.Shared.NextInt64(), probability: 0.05) { Armed = false };
        await using var cosmos = await CosmosFront.StartAsync(plan);
        using var folders = new TwoFolders();
        await using var first = await ShopProcess.StartAsync(folders.First, cosmos.Setting);
        await using var second = await ShopProcess.StartAsync(folders.Second, cosmos.Setting);
        using var shops = new TwoClients(first, second);
        plan.Armed = true;
        for (var round = 0; round < Effort.Scaled(12); round++)
            await new RandomHistory(Random.Shared.Next(), shops.First, shops.Second).AssertExplainableAsync();
        plan.Armed = false;
        Assert.True(plan.Total > 0);
        TestContext.Current.SendDiagnosticMessage(plan.ToString());
        using var client = cosmos.Client();
        (await RawAudit.OfAsync(client)).AssertNoDifferences();
    }

    [Fact]
    public void A_lost_update_an_oversell_or_a_phantom_refusal_would_be_found()
    {
        // Two charges of 10 that were both answered 10: one was lost.
        Assert.NotNull(Check([0, 0], Charge(0, 10, 1, 4, balance: 10), Charge(1, 10, 2, 5, balance: 10)));
        Assert.Null(Check([0, 0], Charge(0, 10, 1, 4, balance: 20), Charge(1, 10, 2, 5, balance: 10)));
        // The second was called when the first was answered, so it cannot have come before.
        Assert.NotNull(Check([0, 0], Charge(0, 10, 1, 2, balance: 20), Charge(1, 10, 3, 4, balance: 10)));
        // One piece sold twice.
        Assert.NotNull(Check([1, 100], Paid("a", 1, 4), Paid("b", 2, 5)));
        Assert.Null(Check([2, 100], Paid("a", 1, 4), Paid("b", 2, 5)));
        // Refused for want of stock that was there all the time.
        Assert.NotNull(Check([1, 100], Refused("a", 1, 2, available: 0)));
        Assert.Null(Check([1, 100], Refused("a", 1, 3, available: 0), Paid("b", 2, 5)));
        // Refused for what another order held for a moment, and put back.
        Assert.Null(Check([1, 5], Refused("a", 1, 4, available: 0), Poor("b", 2, 5, available: 5)));
    }

    private static string? Check(long[] cells, params Call[] calls) =>
        HistoryChecker.FindContradiction(calls, new HistoryModel(["p"], [10]), cells);

    private static Call Charge(int key, long amount, long from, long to, long balance) =>
        new(new Operation.Charge(0, amount, $"{key}"), Answer.Of(201, $$"""{"balance":{{balance}}}"""), from, to);

    private static Call Paid(string key, long from, long to) =>
        new(Order(key), Answer.Of(201, """{"totalAmount":10,"status":"paid"}"""), from, to);

    private static Call Refused(string key, long from, long to, long available) => new(
        Order(key), Answer.Of(409, $$"""{"type":"/insufficient-stock","productId":"p","requested":1,"available":{{available}}}"""), from, to);

    private static Call Poor(string key, long from, long to, long available) => new(
        Order(key), Answer.Of(409, $$"""{"type":"/insufficient-balance","requested":10,"available":{{available}}}"""), from, to);

    private static Operation.Order Order(string key) => new(0, key, [(0, 1)]);

    private sealed class TwoFolders : IDisposable
    {
        private readonly TemporaryFolder _first = new();
        private readonly TemporaryFolder _second = new();

        public string First => _first.Path;

        public string Second => _second.Path;

        public void Dispose()
        {
            _first.Dispose();
            _second.Dispose();
        }
    }

    private sealed class TwoClients(ShopProcess first, ShopProcess second) : IDisposable
    {
        public ShopClient First { get; } = new(first.Address);

        public ShopClient Second { get; } = new(second.Address);

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
