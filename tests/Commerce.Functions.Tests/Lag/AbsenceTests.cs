using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Orders;
using Faults;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Lag;

/// <summary>That there is nothing is said by the primary, and by nobody else.</summary>
public sealed class AbsenceTests(TestStore store) : IClassFixture<TestStore>, IAsyncDisposable
{
    private readonly OrderFixture _elsewhere = new(store, store.App);
    private readonly LaggingReplica _replica = store.NewReplica();

    [Fact]
    public async Task A_replica_that_is_behind_the_session_is_not_taken_for_one_that_has_nothing()
    {
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        using var faults = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Choose = call => call.IsRead ? CosmosFault.SessionNotAvailable : CosmosFault.None,
        };
        await using var process = store.NewProcess(faults);
        Assert.Equal(100, (await BalanceAsync(process, user)).Number("balance"));
        Assert.Equal(200, (await ProductAsync(process, product)).Status);
    }

    [Fact]
    public async Task Where_nobody_answers_nobody_is_told_that_there_is_nothing()
    {
        var user = await _elsewhere.AddUserAsync(100);
        using var faults = new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Choose = call => call.Operation == CosmosOperation.Metadata ? CosmosFault.None : CosmosFault.SessionNotAvailable,
        };
        await using var process = store.NewProcess(faults);
        var fault = await Assert.ThrowsAsync<CosmosException>(() => BalanceAsync(process, user));
        Assert.Equal((404, 1002), ((int)fault.StatusCode, fault.SubStatusCode));
    }

    [Fact]
    public async Task What_another_instance_has_just_made_is_found_on_one_that_lags()
    {
        await _replica.FreezeAsync();
        var (user, product) = (await _elsewhere.AddUserAsync(100), await _elsewhere.AddProductAsync(10, 5));
        var order = await _elsewhere.AcceptAsync(user, "k", new OrderItem(product, 1));
        await using var here = store.NewProcess(_replica.Handler());
        Assert.Equal(100, (await BalanceAsync(here, user)).Number("balance"));
        Assert.Equal(200, (await ProductAsync(here, product)).Status);
        var shown = await here.CallAsync<OrderFunctions>((functions, request) => functions.ShowOrder(request, user, order.Id));
        Assert.Equal(200, shown.Status);
        Assert.Equal(404, (await ProductAsync(here, "no-such-product")).Status);
        Assert.True(_replica.Answered > 0);
    }

    [Fact]
    public async Task Many_products_at_once_are_found_on_an_instance_that_lags()
    {
        await _replica.FreezeAsync();
        var products = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _elsewhere.AddProductAsync(10, 5)));
        var here = new OrderFixture(store, store.NewProcess(_replica.Handler()));
        var found = await here.Get<ProductReader>().FindManyAsync([.. products, "no-such-product"], TestContext.Current.CancellationToken);
        Assert.Equal(products.Order(), found.Keys.Order());
    }

    public ValueTask DisposeAsync() => _replica.DisposeAsync();

    private static Task<Reply> BalanceAsync(IServiceProvider process, string user) =>
        process.CallAsync<BalanceFunctions>((functions, request) => functions.Get(request, user));

    private static Task<Reply> ProductAsync(IServiceProvider process, string product) =>
        process.CallAsync<ProductFunctions>((functions, request) => functions.Show(request, product));
}
