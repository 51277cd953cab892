using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Support;
using Faults;

namespace Commerce.Functions.Tests.Catalog;

/// <summary>What operators write counts once, and what they are told was written was.</summary>
public sealed class CatalogRepeatTests(TestStore store) : IClassFixture<TestStore>
{
    private readonly string _sku = Calls.NewId("p");

    private Task<Reply> PutAsync(long price, params (string, string)[] headers) => PutAsync(store.App, price, headers);

    private Task<Reply> PutAsync(IServiceProvider app, long price, params (string, string)[] headers) =>
        app.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Put(request, _sku), $$"""{"name":"Heart","price":{{price}}}""", headers);

    private Task<Reply> ImportAsync(IServiceProvider app, long price) => app.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Import(request),
        $"productId,name,price,stock\n{_sku},Heart,{price},3\n",
        ("Content-Type", "text/csv"));

    private async Task<long> PriceAsync() =>
        (await store.App.CallAsync<ProductFunctions>((functions, request) => functions.Show(request, _sku))).Number("price");

    /// <summary>An instance that loses the answer to its first write; before it repeats it, something else happens.</summary>
    private static CosmosFaultHandler LosingTheFirstAnswer(Func<Task>? meanwhile = null)
    {
        var writes = 0;
        return new CosmosFaultHandler(new FaultPlan(0, 0))
        {
            Choose = call => IsWrite(call) && ++writes == 1 ? CosmosFault.UnavailableAfter : CosmosFault.None,
            Watch = (call, isAfter) => isAfter && writes == 1 && IsWrite(call) && meanwhile is not null ? meanwhile() : Task.CompletedTask,
        };

        static bool IsWrite(CosmosCall call) => call is { IsWrite: true, Container: "catalog" };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_creation_whose_answer_was_lost_was_made_and_not_in_the_way(bool isChangedMeanwhile)
    {
        using var faults = LosingTheFirstAnswer(isChangedMeanwhile ? () => PutAsync(5) : null);
        await using var here = store.NewProcess(faults);
        var reply = await PutAsync(here, 3, ("If-None-Match", "*"));
        Assert.Equal((201, 3), (reply.Status, reply.Number("price")));
        Assert.Equal(isChangedMeanwhile ? 5 : 3, await PriceAsync());
    }

    [Fact]
    public async Task What_somebody_else_has_created_is_in_the_way()
    {
        using var faults = LosingTheFirstAnswer();
        await using var here = store.NewProcess(faults);
        await PutAsync(3);
        Assert.Equal(412, (await PutAsync(here, 3, ("If-None-Match", "*"))).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_whose_answer_was_lost_was_made_whoever_wrote_in_between(bool isChangedMeanwhile)
    {
        var seen = (await PutAsync(1)).ETag;
        using var faults = LosingTheFirstAnswer(isChangedMeanwhile ? () => PutAsync(5) : null);
        await using var here = store.NewProcess(faults);
        var reply = await PutAsync(here, 3, ("If-Match", seen));
        Assert.Equal((200, 3), (reply.Status, reply.Number("price")));
        Assert.Equal(isChangedMeanwhile ? 5 : 3, await PriceAsync());
    }

    [Fact]
    public async Task A_change_without_conditions_is_made_once()
    {
        await PutAsync(1);
        using var faults = LosingTheFirstAnswer(() => PutAsync(5));
        await using var here = store.NewProcess(faults);
        Assert.Equal(200, (await PutAsync(here, 3)).Status);
        Assert.Equal(5, await PriceAsync());
    }

    [Fact]
    public async Task A_price_that_another_instance_has_changed_is_set_and_not_only_said_to_be()
    {
        await using var replica = store.NewReplica();
        await PutAsync(1);
        await replica.FreezeAsync();
        await PutAsync(2);
        await using var here = store.NewProcess(replica.Handler());
        Assert.Equal((200, 1), ((await PutAsync(here, 1)).Status, await PriceAsync()));

        await PutAsync(3);
        await using var another = store.NewProcess(replica.Handler());
        Assert.Equal("""{"rows":1,"created":0,"updated":1,"unchanged":0}""", (await ImportAsync(another, 1)).Body!.ToJsonString());
        Assert.Equal(1, await PriceAsync());
    }

    [Fact]
    public async Task The_version_that_another_instance_has_just_made_may_be_changed()
    {
        await using var replica = store.NewReplica();
        await PutAsync(1);
        await replica.FreezeAsync();
        var seen = (await PutAsync(2)).ETag;
        await using var here = store.NewProcess(replica.Handler());
        Assert.Equal(200, (await PutAsync(here, 3, ("If-Match", seen))).Status);
    }

    [Fact]
    public async Task An_import_counts_what_it_has_created_also_if_it_did_not_hear_of_it()
    {
        using var faults = LosingTheFirstAnswer();
        await using var here = store.NewProcess(faults);
        Assert.Equal("""{"rows":1,"created":1,"updated":0,"unchanged":0}""", (await ImportAsync(here, 1)).Body!.ToJsonString());
    }
}
