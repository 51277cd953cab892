using Commerce.Functions.Cosmos;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Delivery;
using Commerce.Shared.Ranking;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Cosmos;

/// <summary>A guard that does not hold is an answer, a transient fault is retried, and nobody tries for ever.</summary>
public sealed class GuardedWritesTests
{
    private static readonly PartitionKey Key = new(DeliveryControl.DocumentId);

    [Fact]
    public async Task Who_writes_what_somebody_else_has_written_is_told_so()
    {
        await using var database = await TestDatabase.CreateAsync();
        var container = database.Database[CommerceDatabase.Deliveries];
        var first = await container.TryWriteAsync(new DeliveryControl(), Key, TestContext.Current.CancellationToken);
        Assert.Null(await container.TryWriteAsync(new DeliveryControl(), Key, TestContext.Current.CancellationToken));
        Assert.False(await container.TryCreateAsync(new DeliveryControl(), Key, TestContext.Current.CancellationToken));

        var second = await container.TryWriteAsync(first! with { IsPaused = true }, Key, TestContext.Current.CancellationToken);
        Assert.Null(await container.TryWriteAsync(first, Key, TestContext.Current.CancellationToken));
        var paused = new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.isPaused = false" };
        Assert.Null(await container.TryPatchAsync<DeliveryControl>(second!.Id, Key, [PatchOperation.Set("/shard", "x")], paused));

        await container.DeleteAsync(second.Id, Key, TestContext.Current.CancellationToken);
        await container.DeleteAsync(second.Id, Key, TestContext.Current.CancellationToken);
        Assert.Null(await container.TryWriteAsync(second, Key, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_scope_is_loaded_and_deleted_though_every_second_request_is_lost()
    {
        await using var database = await TestDatabase.CreateAsync();
        var store = new RankingStore(database.Database);
        var checkpoint = new RankingCheckpoint { Scope = "s", Commit = 0, FeedStart = DateTimeOffset.UnixEpoch, Ranges = [] };
        var board = new SalesBoard(DateTimeOffset.UnixEpoch);
        Assert.NotNull(await store.TryCommitAsync(checkpoint, [], [], board.Products));
        var requests = 0;
        database.After = request =>
        {
            if (request.RequestUri!.AbsolutePath.Contains("/docs", StringComparison.Ordinal)
                && Interlocked.Increment(ref requests) % 2 == 1)
                throw new HttpRequestException("lost");
        };

        await store.LoadAsync("s", board, TestContext.Current.CancellationToken);
        await store.DeleteAsync("s", TestContext.Current.CancellationToken);

        database.After = null;
        Assert.True(requests > 3);
        Assert.Null(await store.FindCheckpointAsync("s", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_loses_every_race_gives_up()
    {
        var attempts = 0;
        await Assert.ThrowsAsync<UndecidedWriteException>(() => LostRaces.UpdateUntilWonAsync(new AcceleratedTime(), () =>
        {
            attempts++;
            return Task.FromResult<string?>(null);
        }));
        Assert.Equal(LostRaces.Max + 1, attempts);
    }
}
