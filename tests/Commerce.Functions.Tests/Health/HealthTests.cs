using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Health;
using Commerce.Functions.Tests.Support;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

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

    /// <summary>Whoever asks has no token: a thousand who do cost the store no more than one.</summary>
    [Fact]
    public async Task The_store_is_asked_once_a_second_however_many_want_to_know()
    {
        var (reads, time, isUp) = (0, new FakeTimeProvider(), true);
        using var network = new CosmosFaultHandler(new FaultPlan(1, probability: 0))
        {
            Watch = (call, isAfter) =>
            {
                if (!isAfter && call.Operation == CosmosOperation.Read)
                    Interlocked.Increment(ref reads);
                return isUp ? Task.CompletedTask : throw new HttpRequestException("down");
            },
        };
        var app = _store.NewProcess(network, time);
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ReadyAsync(app)));
        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(1, reads);

        isUp = false;
        time.Advance(StoreProbe.GoodFor - TimeSpan.FromTicks(1));
        Assert.Equal(200, (await ReadyAsync(app)).Status);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(503, (await ReadyAsync(app)).Status);
        isUp = true;
        Assert.Equal(503, (await ReadyAsync(app)).Status);
        time.Advance(StoreProbe.GoodFor);
        Assert.Equal(200, (await ReadyAsync(app)).Status);
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
