using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Health;
using Commerce.Functions.Tests.Support;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Health;

public sealed class HealthTests : IAsyncLifetime
{
    private readonly TestStore _store = new();

    public ValueTask InitializeAsync() => _store.InitializeAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static Task<Reply> ReadyAsync(IServiceProvider app) =>
        app.CallAsync<HealthFunctions>((functions, request) => functions.Ready(request));

    [Fact]
    public async Task An_app_is_ready_when_its_store_answers() => Assert.Equal(200, (await ReadyAsync(_store.App)).Status);

    [Fact]
    public async Task An_app_whose_store_refuses_is_alive_and_not_ready()
    {
        using var faults = new CosmosFaultHandler(new FaultPlan(1, probability: 0))
        {
            Watch = (_, _) =>
            throw new HttpRequestException("down")
        };
        var app = _store.NewProcess(faults);
        var reply = await ReadyAsync(app);
        Assert.Equal((503, "not-ready", "1"), (reply.Status, reply.Problem, reply.Headers.RetryAfter.ToString()));
        Assert.Equal(200, (await app.CallAsync<HealthFunctions>((_, request) => Task.FromResult(HealthFunctions.Live(request)))).Status);
    }

    [Fact]
    public async Task A_missing_container_is_a_fault_and_not_an_empty_shop()
    {
        await _store.Database[CommerceDatabase.Ranking].DeleteContainerAsync(cancellationToken: TestContext.Current.CancellationToken);
        await _store.Database[CommerceDatabase.Catalog].DeleteContainerAsync(cancellationToken: TestContext.Current.CancellationToken);
        var app = _store.NewProcess();
        Assert.Equal(503, (await ReadyAsync(app)).Status);
        await Assert.ThrowsAsync<CosmosException>(() =>
            app.GetRequiredService<ProductReader>().FindAsync("p", TestContext.Current.CancellationToken));
    }
}
