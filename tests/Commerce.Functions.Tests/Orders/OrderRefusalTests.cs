using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Durable;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Orders;

/// <summary>What refuses an order, a refund or a cancellation, and what must not be taken for a refusal.</summary>
public sealed class OrderRefusalTests(TestStore store) : IClassFixture<TestStore>
{
    /// <summary>Nothing can wait for a head, as if thousands did already.</summary>
    private static readonly LedgerOptions FullQueue = new() { QueueLengthMax = 0 };

    private readonly OrderFixture _fixture = new(store, store.App);

    private IServiceProvider Process => store.App;

    private StockReserver CrowdedStock
    {
        get
        {
            var ledger = new StockLedger(_fixture.Get<ProductReader>(), FullQueue, TimeProvider.System);
            var shards = ActivatorUtilities.CreateInstance<StockShards>(Process, ledger);
            return new(ledger, shards, _fixture.Get<ProductReader>());
        }
    }

    private AccountLedger CrowdedAccounts => new(_fixture.Get<AccountReader>(), FullQueue, TimeProvider.System);

    private OrderActivities StepsWith(object crowded) => ActivatorUtilities.CreateInstance<OrderActivities>(Process, crowded);

    [Fact]
    public async Task A_pending_order_is_not_cancellable_and_its_key_stays_refused_when_it_is_paid()
    {
        var (order, _) = await AcceptAsync();

        var refused = await CancelAsync(order, "early");

        Assert.Equal((ErrorCode.OrderNotCancellable, order.Id), (refused.Failure!.Code, refused.Failure.OrderId));
        Assert.Equal([PlaceOrderOrchestrator.Name], _fixture.Durable.Started.Select(started => started.Name));
        var paid = await _fixture.RunAsync(order);
        Assert.Equal((OrderStatus.Paid, null), (paid.Status, paid.CancelRequestedAt));
        Assert.Equal(refused.Failure, (await CancelAsync(order, "early")).Failure);
        Assert.DoesNotContain(_fixture.Durable.Started, started => started.Name == CancelOrderOrchestrator.Name);
        Assert.True((await CancelAsync(order, "later")).Succeeded);
        Assert.Contains(_fixture.Durable.Started, started => started.Name == CancelOrderOrchestrator.Name);
    }

    [Fact]
    public async Task A_key_that_has_cancelled_one_order_cancels_no_other()
    {
        var (one, _) = await AcceptAsync();
        var product = await _fixture.AddProductAsync(10, 5);
        await _fixture.RunAsync(one);
        var other = await _fixture.RunAsync(await _fixture.AcceptAsync(one.UserId, "other", new OrderItem(product, 1)));
        Assert.True((await CancelAsync(one, "c")).Succeeded);

        var reused = await CancelAsync(other, "c");

        Assert.Equal(ErrorCode.IdempotencyKeyReused, reused.Failure?.Code);
        Assert.Null((await _fixture.Orders.FindAsync(other.UserId, other.Id))!.CancelRequestedAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_of_an_order_places_no_other_also_where_that_would_be_refused_anyway(bool isUnknown)
    {
        var (order, product) = await AcceptAsync();
        // It is not in flight there.
        var there = new OrderFixture(store, store.NewProcess());
        OrderItem other = isUnknown ? new("no-such-product", 1) : new(product, 2);

        var reused = await there.PlaceAsync(new OrderRequest(order.UserId, "k", [other], null));

        Assert.Equal(ErrorCode.IdempotencyKeyReused, reused.Failure?.Code);
        await AssertMoneyAsync(order.UserId, balance: 100, held: 10);
    }

    /// <summary>The products seem to be there in thousands, to who has not heard of the sale elsewhere.</summary>
    [Fact]
    public async Task A_plentiful_line_that_is_refused_at_the_store_rejects_the_order()
    {
        var there = new OrderFixture(store, store.NewProcess());
        var user = await _fixture.AddUserAsync(1_000);
        string[] products = [await _fixture.AddProductAsync(10, 5_000), await _fixture.AddProductAsync(10, 5_000)];
        var order = await there.AcceptAsync(user, "k", [.. products.Select(product => new OrderItem(product, 3))]);
        await _fixture.AdjustAsync(products[0], -4_998);

        var decided = await there.RunAsync(order);

        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.InsufficientStock, products[0], 3, 2),
            (decided.Status, decided.Rejection!.Code, decided.Rejection.ProductId, decided.Rejection.Requested,
                decided.Rejection.Available));
        Assert.Equal((2, 5_000), (await _fixture.StockAsync(products[0]), await _fixture.StockAsync(products[1])));
        await AssertMoneyAsync(user, balance: 1_000, held: 0);
    }

    /// <summary>Scarce is what leaves less than a thousand pieces, or has less than twenty times as much.</summary>
    [Theory]
    [InlineData(1_000, 1)]
    [InlineData(5_999, 300)]
    public async Task A_scarce_line_that_is_refused_leaves_the_plentiful_ones_untouched(long stock, long quantity)
    {
        var there = new OrderFixture(store, store.NewProcess());
        var (user, prefix) = (await _fixture.AddUserAsync(10_000), OrderFixture.NewId("p"));
        // By its id the plentiful one would be the first.
        var (plentiful, scarce) = ($"{prefix}-a", $"{prefix}-b");
        await _fixture.Get<CatalogWriter>().CreateAsync(plentiful, "Plentiful", 10, stock: 1_001);
        await _fixture.Get<CatalogWriter>().CreateAsync(scarce, "Scarce", 10, stock);
        var order = await there.AcceptAsync(user, "k", new OrderItem(plentiful, 1), new OrderItem(scarce, quantity));
        await _fixture.AdjustAsync(scarce, -stock);

        Assert.Equal(OrderStatus.Rejected, (await there.RunAsync(order)).Status);

        var product = await _fixture.Get<ProductReader>().FindAsync(plentiful, TestContext.Current.CancellationToken);
        Assert.Equal((1_001, 1), (product!.Stock, product.MovementCount));
    }

    [Fact]
    public async Task A_product_that_vanishes_between_acceptance_and_reservation_rejects_the_order()
    {
        var user = await _fixture.AddUserAsync(1_000);
        string[] products = [.. new[] { await _fixture.AddProductAsync(10, 5), await _fixture.AddProductAsync(10, 5) }.Order()];
        var order = await _fixture.AcceptAsync(user, "k", [.. products.Select(product => new OrderItem(product, 2))]);
        // The first line is taken before the second is found to be gone.
        await store.Database[CommerceDatabase.Catalog].DeleteItemAsync<Product>(
            Product.DocumentId, new PartitionKey(products[1]), cancellationToken: TestContext.Current.CancellationToken);

        var decided = await _fixture.RunAsync(order);

        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.NotFound, products[1]),
            (decided.Status, decided.Rejection!.Code, decided.Rejection.ProductId));
        Assert.Equal(5, await _fixture.StockAsync(products[0]));
        await AssertMoneyAsync(user, balance: 1_000, held: 0);
    }

    [Fact]
    public async Task A_product_that_was_away_while_its_line_was_tried_and_is_there_again_rejects_the_order()
    {
        var (order, product) = await AcceptAsync();
        var work = OrderWork.Of(order);
        await store.Database[CommerceDatabase.Catalog].DeleteItemAsync<Product>(
            Product.DocumentId, new PartitionKey(product), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(await _fixture.Steps.FulfilOrder(work));
        await store.Database[CommerceDatabase.Catalog].DeleteItemAsync<StockMovement>(
            OperationId.InitialStock, new PartitionKey(product), cancellationToken: TestContext.Current.CancellationToken);
        await _fixture.Get<CatalogWriter>().CreateAsync(product, "Product", 10, stock: 5);

        await _fixture.Steps.RejectOrder(work);

        var decided = await _fixture.Orders.GetAsync(order.UserId, order.Id);
        Assert.Equal(
            (OrderStatus.Rejected, ErrorCode.NotFound, product),
            (decided.Status, decided.Rejection!.Code, decided.Rejection.ProductId));
        await AssertMoneyAsync(order.UserId, balance: 100, held: 0);
    }

    [Fact]
    public async Task A_full_stock_queue_makes_the_step_retry_and_refuses_no_line()
    {
        var (order, product) = await AcceptAsync();
        var work = OrderWork.Of(order);

        await Assert.ThrowsAsync<UndecidedWriteException>(() => StepsWith(CrowdedStock).FulfilOrder(work));
        await Assert.ThrowsAsync<UndecidedWriteException>(() => StepsWith(CrowdedStock).RejectOrder(work));

        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(order.UserId, order.Id)).Status);
        Assert.Equal(5, await _fixture.StockAsync(product));
        Assert.Equal(OrderStatus.Paid, (await _fixture.RunAsync(order)).Status);
    }

    [Fact]
    public async Task A_full_account_queue_makes_the_payment_retry_and_rejects_no_order()
    {
        var (order, product) = await AcceptAsync();

        await Assert.ThrowsAsync<UndecidedWriteException>(() => StepsWith(CrowdedAccounts).FulfilOrder(OrderWork.Of(order)));

        Assert.Equal(OrderStatus.Pending, (await _fixture.Orders.GetAsync(order.UserId, order.Id)).Status);
        // What was taken stays taken for the next attempt.
        Assert.Equal(4, await _fixture.StockAsync(product));
        Assert.Equal(OrderStatus.Paid, (await _fixture.RunAsync(order)).Status);
        Assert.Equal(4, await _fixture.StockAsync(product));
        await AssertMoneyAsync(order.UserId, balance: 90, held: 0);
    }

    [Fact]
    public async Task A_full_account_queue_makes_the_rejection_retry()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(10, 0));
        var order = await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
        Assert.Null(await _fixture.Steps.FulfilOrder(OrderWork.Of(order)));

        await Assert.ThrowsAsync<UndecidedWriteException>(() => StepsWith(CrowdedAccounts).RejectOrder(OrderWork.Of(order)));

        await AssertMoneyAsync(user, balance: 100, held: 10);
        Assert.Equal(OrderStatus.Rejected, (await _fixture.RunAsync(order)).Status);
        await AssertMoneyAsync(user, balance: 100, held: 0);
    }

    [Fact]
    public async Task A_full_account_queue_makes_the_refund_retry_and_refuses_no_cancellation()
    {
        var (order, _) = await AcceptAsync();
        var work = OrderWork.Of(await _fixture.RunAsync(order));
        Assert.True((await CancelAsync(order, "c")).Succeeded);

        await Assert.ThrowsAsync<UndecidedWriteException>(() => StepsWith(CrowdedAccounts).RefundOrder(work));

        // It is still to be cancelled.
        Assert.NotNull((await _fixture.Orders.GetAsync(order.UserId, order.Id)).CancelRequestedAt);
        await AssertMoneyAsync(order.UserId, balance: 90, held: 0);
        Assert.Null(await _fixture.Steps.RefundOrder(work));
        await AssertMoneyAsync(order.UserId, balance: 100, held: 0);
    }

    [Fact]
    public async Task A_refused_refund_leaves_the_order_paid_its_stock_sold_and_its_key_refused()
    {
        var (user, product) = (await _fixture.AddRichUserAsync(), await _fixture.AddProductAsync(1_000, 5));
        var paid = await _fixture.RunAsync(await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)));
        await _fixture.ChargeAsync(user, 1_000);
        Assert.True((await CancelAsync(paid, "c")).Succeeded);

        var run = new OrchestrationRun(CancelOrderOrchestrator.Name, OrderWork.Of(paid), _fixture.Steps);
        var refusal = await CancelOrderOrchestrator.RunAsync(run);

        Assert.Equal(ErrorCode.BalanceLimitExceeded, refusal?.Code);
        var order = await _fixture.Orders.GetAsync(user, paid.Id);
        Assert.Equal((OrderStatus.Paid, null, null), (order.Status, order.CancelledAt, order.CancelRequestedAt));
        Assert.Equal((4, Limits.MoneyMax), (await _fixture.StockAsync(product), await _fixture.BalanceAsync(user)));
    }

    private async Task<(Order Order, string Product)> AcceptAsync()
    {
        var (user, product) = (await _fixture.AddUserAsync(100), await _fixture.AddProductAsync(10, 5));
        return (await _fixture.AcceptAsync(user, "k", new OrderItem(product, 1)), product);
    }

    private Task<Result<Order>> CancelAsync(Order order, string key) =>
        _fixture.Get<OrderCancellation>().CancelAsync(_fixture.Durable, order.UserId, order.Id, key, TimeSpan.Zero);

    private async Task AssertMoneyAsync(string user, long balance, long held)
    {
        var account = await _fixture.AccountAsync(user);
        Assert.Equal((balance, held), (account.Balance, account.Held));
    }
}
