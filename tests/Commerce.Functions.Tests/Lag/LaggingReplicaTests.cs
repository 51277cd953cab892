using Commerce.Functions.Cart;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Cart;
using Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Lag;

/// <summary>The replica that tests make lag shows what session consistency allows, and no more.</summary>
public sealed class LaggingReplicaTests(TestStore store) : IClassFixture<TestStore>, IAsyncDisposable
{
    private readonly LaggingReplica _replica = store.NewReplica();
    private readonly string _user = Calls.NewId("u");

    private CartWriter NewInstance() => store.NewProcess(_replica.Handler()).GetRequiredService<CartWriter>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task AddAsync(CartWriter carts, string user) => await carts.ChangeAsync(user, new CartChange.Add("p", 1));

    [Fact]
    public async Task Who_holds_no_session_sees_the_past_and_who_has_written_does_not()
    {
        var (writer, reader) = (NewInstance(), NewInstance());
        await AddAsync(writer, _user);
        await _replica.FreezeAsync();
        await AddAsync(writer, _user);

        Assert.Equal(1, (await reader.FindAsync(_user, Stop))!.Items[0].Quantity);
        Assert.True(_replica.Answered > 0);
        Assert.Equal(2, (await writer.FindAsync(_user, Stop))!.Items[0].Quantity);

        _replica.CatchUp();
        Assert.Equal(2, (await reader.FindAsync(_user, Stop))!.Items[0].Quantity);
        // Once seen, it cannot be unseen.
        await _replica.FreezeAsync();
        await AddAsync(writer, _user);
        Assert.Equal(2, (await reader.FindAsync(_user, Stop))!.Items[0].Quantity);
    }

    [Fact]
    public async Task Nobody_sees_anything_older_than_the_longest_lag()
    {
        var (writer, reader) = (NewInstance(), NewInstance());
        _replica.LagMax = TimeSpan.Zero;
        await _replica.FreezeAsync();
        await AddAsync(writer, _user);
        Assert.NotNull(await reader.FindAsync(_user, Stop));
    }

    public ValueTask DisposeAsync() => _replica.DisposeAsync();
}
