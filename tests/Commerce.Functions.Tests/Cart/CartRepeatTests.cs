using Commerce.Functions.Cosmos;
using Commerce.Functions.Cart;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Cart;
using Faults;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Cart;

/// <summary>A repeat of the cart's own write is not somebody else's, and what was not written is not answered as if it were.</summary>
public sealed class CartRepeatTests(TestStore store) : CartCalls(store)
{
    private static readonly CartChange.Remove Nothing = new("nothing");

    private CartWriter Elsewhere => Store.App.GetRequiredService<CartWriter>();

    private async Task<long> QuantityAsync(string productId) =>
        CartRules.QuantityOf((await Elsewhere.FindAsync(User, TestContext.Current.CancellationToken))!, productId);

    /// <summary>Adds a heart here; the answer to the first write is lost, and changes are made elsewhere before it is repeated.</summary>
    private async Task<Reply> AddWithLostAnswerAsync(int changesElsewhere)
    {
        var writes = 0;
        using var faults = new CosmosFaultHandler(new FaultPlan(0, 0));
        faults.Choose = call => IsCart(call) && ++writes == 1 ? CosmosFault.UnavailableAfter : CosmosFault.None;
        faults.Watch = async (call, isAfter) =>
        {
            for (var n = 0; isAfter && writes == 1 && IsCart(call) && n < changesElsewhere; n++)
                await Elsewhere.ChangeAsync(User, new CartChange.Set(Lamp, n + 1));
        };
        await using var here = Store.NewProcess(faults);
        return await AddAsync(here, Heart, 1);

        static bool IsCart(CosmosCall call) =>
            call is { Operation: CosmosOperation.Create or CosmosOperation.Replace, Container: "accounts" };
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    [InlineData(false, 5)]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 5)]
    public async Task An_addition_whose_answer_was_lost_is_made_once_whoever_wrote_in_between(bool isThere, int changesElsewhere)
    {
        if (isThere)
            await AddAsync(Heart, 1);
        var reply = await AddWithLostAnswerAsync(changesElsewhere);
        Assert.Equal(isThere ? 200 : 201, reply.Status);
        Assert.Equal(isThere ? 2 : 1, await QuantityAsync(Heart));
        Assert.Equal(changesElsewhere, await QuantityAsync(Lamp));
    }

    [Fact]
    public async Task A_cart_that_expires_while_it_is_changed_is_begun_anew()
    {
        await AddAsync(Lamp, 1);
        var writes = 0;
        using var faults = new CosmosFaultHandler(new FaultPlan(0, 0));
        faults.Watch = async (call, isAfter) =>
        {
            if (!isAfter && call is { Operation: CosmosOperation.Replace, Container: "accounts" } && ++writes == 1)
                await Store.Database[CommerceDatabase.Accounts].DeleteItemAsync<object>(ShoppingCart.DocumentId, new PartitionKey(User));
        };
        await using var here = Store.NewProcess(faults);

        Assert.Equal(201, (await AddAsync(here, Heart, 1)).Status);

        Assert.Equal((1, 0), (await QuantityAsync(Heart), await QuantityAsync(Lamp)));
    }

    [Fact]
    public async Task Where_it_can_no_longer_be_told_it_is_not_made_again()
    {
        await AddAsync(Heart, 1);
        await Assert.ThrowsAsync<UndecidedWriteException>(() => AddWithLostAnswerAsync(changesElsewhere: 40));
        Assert.Equal(2, await QuantityAsync(Heart));
    }

    [Fact]
    public async Task A_quantity_that_another_instance_has_changed_is_set_and_not_only_said_to_be()
    {
        await using var replica = Store.NewReplica();
        await AddAsync(Heart, 5);
        await replica.FreezeAsync();
        await SetAsync(Heart, 7);
        await using var here = Store.NewProcess(replica.Handler());

        Assert.True((await here.GetRequiredService<CartWriter>().ChangeAsync(User, new CartChange.Set(Heart, 5))).Succeeded);

        Assert.Equal(5, await QuantityAsync(Heart));
        Assert.True(replica.Answered > 0);
    }

    [Fact]
    public async Task A_product_that_another_instance_has_put_in_is_taken_out()
    {
        await using var replica = Store.NewReplica();
        await AddAsync(Lamp, 1);
        await replica.FreezeAsync();
        await AddAsync(Heart, 1);
        await using var here = Store.NewProcess(replica.Handler());

        Assert.True((await here.GetRequiredService<CartWriter>().ChangeAsync(User, new CartChange.Remove(Heart))).Succeeded);

        Assert.Equal(0, await QuantityAsync(Heart));
    }

    [Fact]
    public async Task The_version_that_another_instance_has_just_made_may_be_changed()
    {
        await using var replica = Store.NewReplica();
        await AddAsync(Heart, 1);
        await replica.FreezeAsync();
        var seen = await AddAsync(Heart, 1);
        await using var here = Store.NewProcess(replica.Handler());
        Assert.Equal(200, (await AddAsync(here, Heart, 1, ("If-Match", seen.ETag))).Status);
    }

    [Fact]
    public async Task A_change_without_effect_writes_nothing()
    {
        await AddAsync(Heart, 1);
        var writes = 0;
        using var counted = new CosmosFaultHandler(new FaultPlan(0, 0)) { Choose = call => Count(call) };
        await using var here = Store.NewProcess(counted);
        Assert.True((await here.GetRequiredService<CartWriter>().ChangeAsync(User, Nothing)).Succeeded);
        Assert.Equal(0, writes);

        CosmosFault Count(CosmosCall call)
        {
            writes += call.IsWrite ? 1 : 0;
            return CosmosFault.None;
        }
    }
}
