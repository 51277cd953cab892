using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Orders;

/// <summary>What reading orders asks of the store: a page is one request, for one order more than is shown.</summary>
public sealed partial class OrderReadsTests : IClassFixture<OrderReadsTests.Books>, IDisposable
{
    private const string User = "u-many";

    private readonly Books _books;
    private readonly AnswerCounts _answers = new();
    private readonly ServiceProvider _process;

    public OrderReadsTests(Books books)
    {
        _books = books;
        _process = books.NewProcess(_answers);
    }

    public void Dispose() => _answers.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_of_a_buyers_orders_is_one_request()
    {
        Assert.Equal(3, (await _process.GetRequiredService<OrderStore>().ListAsync(User, 3, null)).Count);
        Assert.Equal([4], _answers.All);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(User)]
    public async Task A_page_of_all_orders_is_one_request_and_the_next_page_is_another(string? user)
    {
        var search = _process.GetRequiredService<OrderSearch>();
        var wanted = new OrderQuery(null, null, null, user, null);
        var first = await search.FindAsync(wanted, 7, null, Stop);
        Assert.Equal(7, first.Items.Count);
        Assert.Equal([8], _answers.All);

        var second = await search.FindAsync(wanted, 7, first.Next, Stop);

        Assert.Equal([8, 9], _answers.All);
        Assert.Equal(
            Enumerable.Range(1, 14).Select(static i => $"o-{Books.Count - i}"), first.Items.Concat(second.Items).Select(order => order.Id));
    }

    /// <summary>Only the oldest order holds it, one beyond what a page looks through.</summary>
    [Fact]
    public async Task A_page_for_a_product_ends_after_a_thousand_orders_however_few_it_has_found()
    {
        var search = _process.GetRequiredService<OrderSearch>();
        var wanted = new OrderQuery(null, null, null, null, "rare");
        var first = await search.FindAsync(wanted, 7, null, Stop);
        Assert.Empty(first.Items);
        Assert.Equal([OrderSearch.ReadMax + 1], _answers.All);

        var second = await search.FindAsync(wanted, 7, first.Next, Stop);

        Assert.Equal(("o-0", null), (Assert.Single(second.Items).Id, second.Next));
        Assert.Equal([OrderSearch.ReadMax + 1, 2], _answers.All);
    }

    [Fact]
    public async Task A_page_for_a_product_ends_when_it_is_full_and_the_next_goes_on_from_there()
    {
        var search = _process.GetRequiredService<OrderSearch>();
        var wanted = new OrderQuery(null, null, null, null, "frequent");
        var first = await search.FindAsync(wanted, 7, null, Stop);
        var second = await search.FindAsync(wanted, 7, first.Next, Stop);
        Assert.Equal(
            Enumerable.Range(1, 14).Select(static i => $"o-{Books.Count - i}"), first.Items.Concat(second.Items).Select(order => order.Id));
    }

    [Fact]
    public async Task A_poll_that_the_store_does_not_answer_finds_nothing_and_another_fault_is_told()
    {
        var network = new CosmosFaultHandler(new FaultPlan(0, 0));
        var orders = _books.NewProcess(network).GetRequiredService<OrderStore>();
        Assert.Equal("o-1", (await orders.PollAsync(User, "o-1"))?.Id);
        network.Choose = static call => call.Operation == CosmosOperation.Read ? throw TestDatabase.IsAway : CosmosFault.None;
        Assert.Null(await orders.PollAsync(User, "o-1"));
        network.Choose = static _ => throw new InvalidOperationException("a bug");
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => orders.PollAsync(User, "o-1"));
    }

    [Fact]
    public async Task An_order_that_must_be_there_and_is_not_is_a_bug()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            _process.GetRequiredService<OrderStore>().GetAsync(User, "none"));
        Assert.Equal("Order 'none' was accepted and cannot be read.", fault.Message);
    }

    public sealed class Books : TestStore, IAsyncLifetime
    {
        internal const int Count = OrderSearch.ReadMax + 1;

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            await WriteAsync(
                CommerceDatabase.Accounts,
                User,
                Enumerable.Range(0, Count).Select(OrderOf),
                static (batch, order) => batch.CreateItem(order));
        }

        private static Order OrderOf(int i) => new()
        {
            Id = $"o-{i}",
            UserId = User,
            Status = OrderStatus.Paid,
            Fingerprint = "f",
            Lines = [new(i == 0 ? "rare" : "frequent", "Lantern", 1, 1, 1)],
            TotalAmount = 1,
            CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(i),
        };
    }

    /// <summary>How many documents each answer to a query held.</summary>
    private sealed partial class AnswerCounts : DelegatingHandler
    {
        public ConcurrentQueue<int> All { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            var response = await base.SendAsync(request, cancellationToken);
            if (call.Operation != CosmosOperation.Query)
                return response;
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            if (Count().Match(await response.Content.ReadAsStringAsync(cancellationToken)) is { Success: true } count)
                All.Enqueue(int.Parse(count.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
            return response;
        }

        [GeneratedRegex("\"_count\":([0-9]+)")]
        private static partial Regex Count();
    }
}
