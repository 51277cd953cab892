using System.Net;
using Commerce.Functions.Audit;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Audit;
using Commerce.Shared.Balance;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Audit;

/// <summary>How an audit goes on: killed, overtaken, over many runs, over many records, and while everything changes.</summary>
public sealed class AuditRunTests : IAsyncLifetime
{
    private const string User = AuditFixture.User;
    private readonly AuditFixture _fixture = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        await _fixture.OpenAsync();
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task An_audit_while_buyers_are_busy_finds_nothing()
    {
        var buyers = Enumerable.Range(0, 4).Select(async buyer =>
        {
            for (var n = 0; n < 12; n++)
            {
                await _fixture.BookAsync($"o-{buyer}-{n}", n % 3 == 0 ? OrderStatus.Cancelled : OrderStatus.Paid, quantity: 1,
                    user: n % 2 == 0 ? User : $"user-{buyer}");
                await _fixture.ChargeAsync($"{buyer}-{n}", 2_000, user: n % 2 == 0 ? $"user-{buyer}" : User);
            }
        }).ToArray();
        var all = Task.WhenAll(buyers);
        var auditor = _fixture.NewAuditor();
        do
        {
            var audit = await _fixture.AuditAsync(auditor);
            Assert.True(audit.Ok, string.Join("; ", audit.Differences));
        }
        while (!all.IsCompleted);
        await all;
        Assert.Equal((true, 48, 5), (await _fixture.AuditAsync(auditor)) is var last ? (last.Ok, last.Orders, last.Accounts) : default);
    }

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_comes_to_its_end()
    {
        await Task.WhenAll(Enumerable.Range(0, 250).Select(n => _fixture.ChargeAsync("first", 1_000, user: $"user-{n:000}")));
        for (var n = 0; n < 10; n++)
            await _fixture.BookAsync($"o-{n}", OrderStatus.Paid, quantity: 1);
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", "user-077", PatchOperation.Set("/balance", 999));

        var runs = 0;
        AuditCheckpoint? checkpoint = null;
        while (checkpoint is not { Proof: not null, Doubts: [{ ConfirmedAt: not null }] })
        {
            Assert.True(++runs < 60, "It does not come to an end.");
            var killer = new Killer(_fixture.Clock, requests: 450);
            await Record.ExceptionAsync(() => _fixture.NewAuditor(killer).RunAsync(TimeSpan.FromHours(1), Ct));
            // Whoever was killed is waited for.
            _fixture.Clock.Leap(TimeSpan.FromMinutes(2));
            checkpoint = await _fixture.CheckpointAsync();
        }
        Assert.True(runs > 3, $"Only {runs} runs: nothing was killed.");
        Assert.Equal((251, 1, 10), (checkpoint.Proof.Accounts, checkpoint.Proof.Products, checkpoint.Proof.Orders));
        Assert.Equal(("user-077", 1_000, 999), AuditView.Of(checkpoint).Differences is [var found]
            ? (found.Id, found.Expected, found.Actual) : default);
    }

    [Fact]
    public async Task Of_two_runs_at_once_one_works_and_both_answer()
    {
        // In real time: who waits for another run must not make the time pass for it.
        var audits = await Task.WhenAll(Enumerable.Range(0, 3)
            .Select(_ => _fixture.AuditAsync(_fixture.NewAuditor(time: TimeProvider.System))));
        Assert.All(audits, audit => Assert.Equal((true, 1), (audit.Ok, audit.Accounts)));
    }

    [Fact]
    public async Task A_run_that_is_overtaken_leaves_the_checkpoint_alone()
    {
        var store = _fixture.App.GetRequiredService<AuditStore>();
        await _fixture.AuditAsync();
        var overtaking = new Overtaking(async () =>
            Assert.NotNull(await store.TryWriteAsync((await store.FindAsync(Ct))! with { ChangesProvedAt = DateTimeOffset.UnixEpoch },
                Ct)));
        _fixture.Clock.Leap(TimeSpan.FromDays(2));
        await _fixture.NewAuditor(overtaking).RunAsync(TimeSpan.FromMinutes(1), Ct);
        Assert.Equal(DateTimeOffset.UnixEpoch, (await store.FindAsync(Ct))!.ChangesProvedAt);
    }

    [Fact]
    public async Task A_ledger_longer_than_a_step_is_followed_to_its_end()
    {
        await Task.WhenAll(Enumerable.Range(0, 2_400).Select(n => _fixture.ChargeAsync($"{n}", 10)));
        Assert.True((await _fixture.AuditAsync()).Ok);
        var entry = (await EntriesAsync(1_900))[0];
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, entry.Id, User);
        var difference = await _fixture.TheOnlyDifferenceAsync();
        Assert.Equal((AuditKind.AccountChain, 1_900, 1_901), (difference.Kind, difference.Expected, difference.Actual));
        Assert.Equal($"accounts/{User}/{(await EntriesAsync(1_901))[0].Id}", difference.Document);
    }

    [Fact]
    public async Task What_is_written_is_checked_by_the_next_run_and_what_was_proved_is_proved_again_within_a_day()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        var auditor = _fixture.NewAuditor();
        var proof = (await auditor.RunAsync(TimeSpan.FromMinutes(1), Ct)).Proof;
        Assert.NotNull(proof);

        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/totalAmount", 1));
        await _fixture.PatchAsync(CommerceDatabase.Catalog, "product", AuditFixture.Sku, PatchOperation.Set("/stock", 1));
        var checkpoint = await auditor.RunAsync(TimeSpan.FromMinutes(1), Ct);
        Assert.Equal(proof, checkpoint.Proof);
        Assert.Equal(
            [AuditKind.OrderPayment, AuditKind.OrderTotal, AuditKind.ProductStock],
                AuditView.Of(checkpoint).Differences.Select(difference => difference.Kind));
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/totalAmount", 3_000));
        await _fixture.PatchAsync(CommerceDatabase.Catalog, "product", AuditFixture.Sku, PatchOperation.Set("/stock", 97));

        Assert.True((await auditor.RunAsync(TimeSpan.FromMinutes(1), Ct)).Holds);

        // No feed tells of what is deleted.
        await _fixture.DeleteAsync(CommerceDatabase.Accounts, "o-1", User);
        Assert.True((await auditor.RunAsync(TimeSpan.FromMinutes(1), Ct)).Holds);
        _fixture.Clock.Leap(Auditor.RoundEvery);
        Assert.False((await auditor.RunAsync(TimeSpan.FromMinutes(1), Ct)).Holds);
    }

    /// <summary>A continuation is good for the SDK and the partitions that made it.</summary>
    [Fact]
    public async Task What_the_store_does_not_continue_begins_anew()
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        Assert.True((await _fixture.AuditAsync()).Ok);
        var store = _fixture.App.GetRequiredService<AuditStore>();
        var stored = (await _fixture.CheckpointAsync())!;
        Assert.NotNull(await store.TryWriteAsync(stored with
        {
            Feed = [.. stored.Feed.Select(range => range with { Continuation = "lost" })],
            Round = new() { StartedAt = _fixture.Clock.GetUtcNow(), Part = AuditPart.Orders, Continuation = "lost", Orders = 7 },
        }, Ct));
        await _fixture.PatchAsync(CommerceDatabase.Accounts, "o-1", User, PatchOperation.Set("/totalAmount", 1));

        var checkpoint = await _fixture.NewAuditor().RunAsync(TimeSpan.FromMinutes(1), Ct);

        Assert.Equal(1, checkpoint.Proof!.Orders);
        Assert.Equal(
            [AuditKind.OrderPayment, AuditKind.OrderTotal], AuditView.Of(checkpoint).Differences.Select(difference => difference.Kind));
        Assert.DoesNotContain(checkpoint.Feed, range => range.Continuation == "lost");
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(int.MaxValue, false)]
    public async Task What_a_replica_does_not_have_yet_is_looked_for_again_later(int times, bool ok)
    {
        await _fixture.BookAsync("o-1", OrderStatus.Paid);
        var seen = _fixture.Clock.GetUtcNow();
        var audit = await _fixture.AuditAsync(_fixture.NewAuditor(new Lagging("sale-o-1", times)));
        Assert.Equal(ok, audit.Ok);
        Assert.True(_fixture.Clock.GetUtcNow() - seen >= AuditRun.RecheckAfter);
    }

    [Fact]
    public async Task More_differences_than_can_be_kept_are_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, AuditCheckpoint.DoubtsMax + 20).Select(async n =>
        {
            await _fixture.ChargeAsync("first", 1_000, user: $"user-{n:000}");
            await _fixture.PatchAsync(CommerceDatabase.Accounts, "account", $"user-{n:000}", PatchOperation.Set("/balance", 999));
        }));
        var audit = await _fixture.AuditAsync();
        Assert.Equal((false, AuditCheckpoint.DoubtsMax, 20), (audit.Ok, audit.Differences.Count, audit.Unlisted));
    }

    [Fact]
    public async Task Containers_of_several_ranges_are_checked_alike()
    {
        await using var spread = new AuditFixture(ranges: 4);
        await spread.InitializeAsync();
        await spread.OpenAsync();
        for (var n = 0; n < 30; n++)
        {
            await spread.ChargeAsync("first", 3_000, user: $"user-{n}");
            await spread.BookAsync($"o-{n}", OrderStatus.Paid, quantity: 3, user: $"user-{n}");
        }
        Assert.Equal((true, 31, 30), await spread.AuditAsync() is var audit ? (audit.Ok, audit.Accounts, audit.Orders) : default);
        await spread.DeleteAsync(CommerceDatabase.Accounts, "o-7", "user-7");
        await spread.DeleteAsync(CommerceDatabase.Accounts, "account", "user-8");
        Assert.Equal(
            [AuditKind.AccountMissing, AuditKind.PaymentWithoutOrder, AuditKind.SaleWithoutOrder],
            (await spread.AuditAsync()).Differences.Select(difference => difference.Kind));
    }

    /// <summary>The store in the same process answers at once: nothing else would make a whole audit let go of its thread.</summary>
    [Fact]
    public async Task Others_have_a_turn_after_each_read()
    {
        var reader = _fixture.App.GetRequiredService<AuditReader>();
        var oneThread = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        var (reads, turns) = (0, 0);
        await oneThread.StartNew(async () =>
        {
            while (reads < 20)
            {
                var other = oneThread.StartNew(() => turns++);
                Assert.NotNull(await reader.FindAsync(CommerceDatabase.Accounts, "account", User, Ct));
                Assert.Equal((++reads, true), (turns, other.IsCompleted));
            }
        }).Unwrap();
    }

    [Fact]
    public async Task An_operator_who_does_not_wait_is_told_what_is_known()
    {
        var process = _fixture.NewProcess(time: _fixture.Clock);
        var unknown = await process.CallAsync<AuditFunctions>((functions, request) => functions.Run(request), null, ("Prefer", "wait=0"));
        Assert.Equal((200, false, null, 0),
            (unknown.Status, (bool)unknown.Body!["ok"]!, unknown.Body["checkedAt"], unknown.Number("orders")));
        var proved = await process.CallAsync<AuditFunctions>((functions, request) => functions.Run(request));
        var known = await process.CallAsync<AuditFunctions>((functions, request) => functions.Run(request), null, ("Prefer", "wait=0"));
        Assert.True((bool)proved.Body!["ok"]!);
        Assert.Equal(proved.Body.ToJsonString(), known.Body!.ToJsonString());
    }

    private async Task<List<LedgerEntry>> EntriesAsync(long sequence) =>
        [.. (await _fixture[CommerceDatabase.Accounts].GetItemQueryIterator<LedgerEntry>(
            new QueryDefinition("SELECT * FROM c WHERE c.sequence = @n").WithParameter("@n", sequence),
            requestOptions: new QueryRequestOptions { PartitionKey = new PartitionKey(User) }).ReadNextAsync(Ct))];

    /// <summary>Lets so many requests through, some seconds each, and none after them.</summary>
    private sealed class Killer(SkippingTime clock, int requests) : DelegatingHandler
    {
        private int _left = requests;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref _left) < 0)
                throw new InvalidOperationException("Killed.");
            clock.Leap(TimeSpan.FromSeconds(0.5));
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Does something once, before the first query.</summary>
    private sealed class Overtaking(Func<Task> overtake) : DelegatingHandler
    {
        private int _done;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.Contains("x-ms-documentdb-isquery") && Interlocked.Exchange(ref _done, 1) == 0)
                await overtake();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Answers queries for an id as if there were nothing, so many times.</summary>
    private sealed class Lagging(string id, int times) : DelegatingHandler
    {
        private int _left = times;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (request.Content is null || request.Headers.Contains("x-ms-cosmos-is-query-plan-request")
                || !(await request.Content.ReadAsStringAsync(cancellationToken)).Contains($"\"{id}\"", StringComparison.Ordinal)
                || Interlocked.Decrement(ref _left) < 0)
                return answer;
            answer.StatusCode = HttpStatusCode.OK;
            answer.Content = new StringContent("""{"_rid":"","Documents":[],"_count":0}""");
            return answer;
        }
    }
}
