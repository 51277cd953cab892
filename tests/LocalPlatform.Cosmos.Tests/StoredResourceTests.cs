using System.Net;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Scripts;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class StoredResourceTests
{
    [Fact]
    public async Task Users_are_created_renamed_listed_and_deleted()
    {
        await using var account = new CosmosTestAccount();
        Database database = await account.Client.CreateDatabaseAsync("db", cancellationToken: Ct);
        User user = await database.CreateUserAsync("first", cancellationToken: Ct);
        await database.CreateUserAsync("first", cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.Conflict);
        await user.ReplaceAsync(new UserProperties("second"), cancellationToken: Ct);
        await user.ReadAsync(cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.OK, (await database.UpsertUserAsync("second", cancellationToken: Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await database.UpsertUserAsync("third", cancellationToken: Ct)).StatusCode);

        var found = await database.GetUserQueryIterator<UserProperties>("SELECT * FROM c WHERE c.id > 'second'").ReadNextAsync(Ct);
        Assert.Equal("third", Assert.Single(found).Id);
        await account.RestartAsync();
        database = account.Client.GetDatabase("db");
        Assert.Equal(["second", "third"], (await database.GetUserQueryIterator<UserProperties>().ReadNextAsync(Ct)).Select(u => u.Id));
        await database.GetUser("second").DeleteAsync(cancellationToken: Ct);
        await database.GetUser("second").DeleteAsync(cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Scripts_are_kept_and_not_executed()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        var created = await container.Scripts.CreateStoredProcedureAsync(new StoredProcedureProperties("sp", "function() { }"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var replaced = await container.Scripts.ReplaceStoredProcedureAsync(
            new StoredProcedureProperties("sp", "function() { return 1; }"),
            new RequestOptions { IfMatchEtag = created.ETag }, Ct);
        Assert.NotEqual(created.ETag, replaced.ETag);
        await container.Scripts.ReplaceStoredProcedureAsync(replaced.Resource, new RequestOptions { IfMatchEtag = created.ETag }, Ct)
            .ShouldFailAsync(HttpStatusCode.PreconditionFailed);
        var read = await container.Scripts.ReadStoredProcedureAsync("sp", cancellationToken: Ct);
        Assert.Equal("function() { return 1; }", read.Resource.Body);
        var failure = await container.Scripts.ExecuteStoredProcedureAsync<string>("sp", new PartitionKey("p"), [], cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains("does not execute", failure.Message, StringComparison.Ordinal);

        await container.Scripts.CreateTriggerAsync(
            new TriggerProperties { Id = "t", Body = "function() { }", TriggerOperation = TriggerOperation.Create, TriggerType = TriggerType.Pre },
            cancellationToken: Ct);
        await container.Scripts.CreateUserDefinedFunctionAsync(
            new UserDefinedFunctionProperties { Id = "f", Body = "function() { }" }, cancellationToken: Ct);
        Assert.Equal(TriggerType.Pre, (await container.Scripts.ReadTriggerAsync("t", cancellationToken: Ct)).Resource.TriggerType);
        Assert.Single(await container.Scripts.GetUserDefinedFunctionQueryIterator<UserDefinedFunctionProperties>().ReadNextAsync(Ct));
        Assert.Empty(await container.Conflicts.GetConflictQueryIterator<ConflictProperties>().ReadNextAsync(Ct));
    }

    [Fact]
    public async Task A_write_that_asks_for_a_trigger_is_refused_and_changes_nothing()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        var document = new { id = "a", pk = "p", n = 1 };
        await container.CreateItemAsync(document, cancellationToken: Ct);
        var before = new ItemRequestOptions { PreTriggers = ["t"] };
        var after = new ItemRequestOptions { PostTriggers = ["t"] };

        var failure = await container.UpsertItemAsync(new { id = "a", pk = "p", n = 2 }, null, before, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains("does not run triggers", failure.Message, StringComparison.Ordinal);
        await container.ReplaceItemAsync(new { id = "a", pk = "p", n = 2 }, "a", null, after, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        await container.DeleteItemAsync<object>("a", new PartitionKey("p"), before, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);

        Assert.Equal(1, Assert.Single(await container.AllAsync<int>("SELECT VALUE c.n FROM c")));
    }

    [Fact]
    public async Task A_container_made_again_has_no_scripts()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.Scripts.CreateStoredProcedureAsync(new StoredProcedureProperties("sp", "function() { }"), cancellationToken: Ct);
        await container.DeleteContainerAsync(cancellationToken: Ct);
        await container.Database.CreateContainerAsync(container.Id, "/pk", cancellationToken: Ct);
        Assert.Empty(await container.Scripts.GetStoredProcedureQueryIterator<StoredProcedureProperties>().ReadNextAsync(Ct));
    }
}
