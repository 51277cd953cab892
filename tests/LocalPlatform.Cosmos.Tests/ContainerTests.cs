using System.Net;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Time.Testing;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ContainerTests
{
    [Fact]
    public async Task Databases_and_containers_are_created_once_listed_and_deleted()
    {
        await using var account = new CosmosTestAccount();
        Assert.Equal(HttpStatusCode.Created,
            (await account.Client.CreateDatabaseIfNotExistsAsync("x", 400, cancellationToken: Ct)).StatusCode);
        var existing = await account.Client.CreateDatabaseIfNotExistsAsync("x", cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.OK, existing.StatusCode);
        await account.Client.CreateDatabaseAsync("x", cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.Conflict);

        Assert.Equal(HttpStatusCode.Created,
            (await existing.Database.CreateContainerIfNotExistsAsync("c", "/pk", cancellationToken: Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK,
            (await existing.Database.CreateContainerIfNotExistsAsync("c", "/pk", cancellationToken: Ct)).StatusCode);
        var containers = await existing.Database.GetContainerQueryIterator<ContainerProperties>().ReadNextAsync(Ct);
        Assert.Equal("/pk", Assert.Single(containers).PartitionKeyPath);
        var databases = await account.Client.GetDatabaseQueryIterator<DatabaseProperties>().ReadNextAsync(Ct);
        Assert.Equal("x", Assert.Single(databases).Id);

        await existing.Database.GetContainer("c").DeleteContainerAsync(cancellationToken: Ct);
        await existing.Database.GetContainer("c").ReadContainerAsync(cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
        await existing.Database.DeleteAsync(cancellationToken: Ct);
        await existing.Database.ReadAsync(cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_container_made_again_is_empty_and_works_with_the_old_client()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "1", pk = "p" }, cancellationToken: Ct);
        await container.DeleteContainerAsync(cancellationToken: Ct);
        await container.Database.CreateContainerAsync(container.Id, "/pk", cancellationToken: Ct);
        await container.ReadItemAsync<object>("1", new PartitionKey("p"), cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
        await container.CreateItemAsync(new { id = "1", pk = "p" }, cancellationToken: Ct);
    }

    [Fact]
    public async Task Time_to_live_hides_documents_at_once_and_removes_them_later()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var account = new CosmosTestAccount(time: time);
        var container = await account.NewContainerAsync(configure: properties => properties.DefaultTimeToLive = 60);
        await container.CreateItemAsync(new { id = "default", pk = "p" }, cancellationToken: Ct);
        await container.CreateItemAsync(new { id = "short", pk = "p", ttl = 10 }, cancellationToken: Ct);
        await container.CreateItemAsync(new { id = "never", pk = "p", ttl = -1 }, cancellationToken: Ct);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["default", "never"], await container.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.id"));
        await container.CreateItemAsync(new { id = "short", pk = "p" }, cancellationToken: Ct);
        await container.UpsertItemAsync(new { id = "default", pk = "p" }, cancellationToken: Ct);

        time.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal(["default", "never", "short"], await container.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.id"));
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(["never"], await container.AllAsync<string>("SELECT VALUE c.id FROM c ORDER BY c.id"));
        await container.ReadItemAsync<object>("default", new PartitionKey("p"), cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.NotFound);
    }
}
