using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Orders;

/// <summary>A shop, and runs of its sweeper.</summary>
public abstract class SweeperCalls(TestStore store) : IClassFixture<TestStore>
{
    protected TestStore Store => store;

    private protected OrderFixture Fixture { get; } = new(store, store.App);

    private protected FakeLogger<OrderSweeper> Log { get; } = new();

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected static bool IsStarted(OrderFixture fixture, string id) => fixture.Durable.Started.Any(started => started.Id == id);

    private protected OrderSweeper Sweeper(OrderFixture fixture, double olderThanSeconds, TimeProvider? time = null) => new(
        fixture.Orders,
        fixture.Get<OrderOrchestrations>(),
        Options.Create(new OrderOptions { SweepAfterSeconds = olderThanSeconds }),
        time ?? fixture.Get<TimeProvider>(),
        Log);

    private protected Task SweepAsync(OrderFixture fixture, double olderThanSeconds) =>
        Sweeper(fixture, olderThanSeconds).SweepAsync(fixture.Durable, Stop);

    private protected async Task<Order> AcceptAsync()
    {
        var (product, user) = (await Fixture.AddProductAsync(10, 5), await Fixture.AddUserAsync(100));
        return await Fixture.AcceptAsync(user, "k", new OrderItem(product, 1));
    }
}
