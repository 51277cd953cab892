using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Commerce.Functions.Balance;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Ledger;

/// <summary>
/// How a ledger uses its store: what waits for a head is written together, each decided as if it had come alone and in turn, and nothing is
/// read that is known.
/// </summary>
public sealed partial class LedgerBatchTests : IClassFixture<TestStore>
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TestStore _store;
    private readonly string _user = $"u-{Guid.NewGuid():N}";
    private readonly ConcurrentQueue<CosmosOperation> _calls = new();
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IServiceProvider _process;
    private bool _isGated;
    private bool _isOvertaken;

    public LedgerBatchTests(TestStore store)
    {
        _store = store;
        var network = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Watch = WatchAsync,
            Choose = call => _isOvertaken && call.Operation == CosmosOperation.Batch ? CosmosFault.Overtaken : CosmosFault.None,
        };
        _process = store.NewProcess(network, new AcceleratedTime());
        Ledger = _process.GetRequiredService<AccountLedger>();
    }

    private AccountLedger Ledger { get; set; }

    private async Task WatchAsync(CosmosCall call, bool isAfter)
    {
        if (isAfter || call.Container != CommerceDatabase.Accounts.Name)
            return;
        _calls.Enqueue(call.Operation);
        if (!_isGated || call.Operation != CosmosOperation.Batch)
            return;
        _arrived.TrySetResult();
        await _opened.Task;
    }

    private Order OrderOf(string id, long amount, int lines = 1) => new()
    {
        Id = id,
        UserId = _user,
        Status = OrderStatus.Pending,
        Fingerprint = id,
        Lines = [.. Enumerable.Range(0, lines).Select(n => new OrderLine($"p-{n:D4}", "Product", amount, 1, amount))],
        TotalAmount = amount * lines,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private AccountCommand.Charge Charge(string key, long amount = 1) => new(_user, key, amount);

    private static AccountCommand.Place Place(Order order) => new(order, null, IsFinal: true);

    private Task<Result<Posting<AccountRecord>>> SubmitAsync(AccountCommand command) => Ledger.SubmitAsync(_user, command);

    /// <summary>Submits the others while the first one is on its way to the store. All answers, and what the store was asked for.</summary>
    private async Task<(Result<Posting<AccountRecord>>[] Answers, CosmosOperation[] Calls)> WhileTheFirstIsWrittenAsync(
        AccountCommand first, IEnumerable<AccountCommand> others)
    {
        _calls.Clear();
        _isGated = true;
        List<Task<Result<Posting<AccountRecord>>>> answers = [SubmitAsync(first)];
        await _arrived.Task.WaitAsync(Deadline);
        answers.AddRange(others.Select(SubmitAsync));
        _opened.SetResult();
        return (await Task.WhenAll(answers).WaitAsync(Deadline), [.. _calls]);
    }

    [Fact]
    public async Task What_waits_is_written_together_and_the_head_is_not_read_again()
    {
        await SubmitAsync(Charge("known"));

        var (answers, calls) = await WhileTheFirstIsWrittenAsync(
            Charge("first"), Enumerable.Range(0, Limits.BatchOperationsMax - 1).Select(n => Charge($"{n}")));

        Assert.Equal([CosmosOperation.Batch, CosmosOperation.Batch], calls);
        Assert.Equal(Enumerable.Range(2, Limits.BatchOperationsMax), answers.Select(answer => (int)answer.Value!.Record.Entry!.Sequence));
    }

    /// <summary>A payment is two operations, and the head is one more: 49 of them fill a batch.</summary>
    [Fact]
    public async Task A_batch_takes_as_many_operations_as_the_store_and_the_next_goes_on_from_what_it_left()
    {
        await SubmitAsync(Charge("all", 1_000));
        var pays = new List<AccountCommand>();
        foreach (var n in Enumerable.Range(0, 60))
            pays.Add(new AccountCommand.Pay(OrderWork.Of((await SubmitAsync(Place(OrderOf($"o-{n}", 10)))).Value!.Record.Order!)));

        var (answers, calls) = await WhileTheFirstIsWrittenAsync(pays[0], pays.Skip(1));

        Assert.Equal([CosmosOperation.Batch, CosmosOperation.Batch, CosmosOperation.Batch], calls);
        Assert.All(answers, answer => Assert.Equal(OrderStatus.Paid, answer.Value!.Record.Order!.Status));
        Assert.Equal(
            Enumerable.Range(0, 60).Select(n => 990L - (n * 10)), answers.Select(answer => answer.Value!.Record.Entry!.BalanceAfter));
    }

    /// <summary>The second order does not fit into the first one's batch, where the charge would.</summary>
    [Fact]
    public async Task Whoever_came_first_is_decided_first_though_a_later_one_would_still_fit()
    {
        await SubmitAsync(Charge("all", 600));

        var (answers, _) = await WhileTheFirstIsWrittenAsync(
            Place(OrderOf("none", 1_000)), [Place(OrderOf("all", 1, 600)), Place(OrderOf("more", 1, 600)), Charge("late", 600)]);

        Assert.Equal(
            [OrderStatus.Rejected, OrderStatus.Pending, OrderStatus.Rejected, null],
            answers.Select(answer => answer.Value!.Record.Order?.Status));
    }

    [Fact]
    public async Task A_repeat_among_others_costs_a_look_at_each_record_of_its_batch_and_none_at_the_head()
    {
        await SubmitAsync(Charge("known"));

        var (answers, calls) = await WhileTheFirstIsWrittenAsync(Charge("first"), [Charge("known"), Charge("new")]);

        Assert.Equal([false, true, false], answers.Select(answer => answer.Value!.Repeated));
        Assert.Equal(
            [
                CosmosOperation.Batch, CosmosOperation.Batch, CosmosOperation.ReadAtPrimary, CosmosOperation.ReadAtPrimary,
                CosmosOperation.Batch,
            ],
            calls);
    }

    [Fact]
    public async Task Who_loses_every_race_gives_up_after_a_hundred()
    {
        await SubmitAsync(Charge("known"));
        _calls.Clear();
        _isOvertaken = true;

        await Assert.ThrowsAsync<UndecidedWriteException>(() => SubmitAsync(Charge("k")).WaitAsync(Deadline));

        Assert.Equal(LostRaces.Max + 1, _calls.Count(call => call == CosmosOperation.Batch));
    }

    /// <summary>What is written is known; only an order that was decided comes back, with what its document alone knows.</summary>
    [Fact]
    public async Task No_batch_answers_with_documents_but_the_order_that_was_decided()
    {
        using var answers = new Answers();
        var process = new OrderFixture(_store, _store.NewProcess(answers));
        var (user, product) = (await process.AddUserAsync(100), await process.AddProductAsync(10, 5));
        var paid = await process.RunAsync(await process.AcceptAsync(user, "k", new OrderItem(product, 1)));
        var cancellation = new CancellationRequest
        {
            Id = OperationId.Cancellation(user, "c"),
            UserId = user,
            OrderId = paid.Id,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        Assert.NotNull(await process.Get<CancellationStore>().RecordAsync(cancellation, paid));

        Assert.InRange(answers.All.Count, 5, 20);
        Assert.Equal([("order", "paid")], answers.All.SelectMany(static answer => Document().Matches(answer))
            .Select(static match => (match.Groups[1].Value, match.Groups[2].Value)));
    }

    [GeneratedRegex("\"type\":\"([a-z]+)\"(?:.*?\"status\":\"([a-z]+)\")?")]
    private static partial Regex Document();

    [Fact]
    public async Task Who_comes_when_too_many_wait_is_told_to_come_again()
    {
        using var accounts = ActivatorUtilities.CreateInstance<AccountReader>(_process, new LedgerOptions());
        Ledger = new(accounts, new() { QueueLengthMax = 1 }, TimeProvider.System);

        var (answers, _) = await WhileTheFirstIsWrittenAsync(Charge("first"), [Charge("waits"), Charge("refused")]);

        Assert.Equal([true, true, false], answers.Select(answer => answer.Succeeded));
        Assert.Equal(new Failure(ErrorCode.Busy, "Too many requests are waiting for this item. Try again shortly."), answers[2].Failure);
    }

    /// <summary>What batches are answered, as text.</summary>
    private sealed class Answers : DelegatingHandler
    {
        public ConcurrentQueue<string> All { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            var response = await base.SendAsync(request, cancellationToken);
            if (call.Operation == CosmosOperation.Batch)
            {
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                All.Enqueue(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
            }
            return response;
        }
    }
}
