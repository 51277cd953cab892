using System.Net;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Scripts;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

/// <summary>What the gateway does not know is refused by name, and nothing is done.</summary>
public sealed class RefusalTests
{
    public static TheoryData<string, Func<Container, Task>> NotSupported => new()
    {
        {
            "queries of databases",
            c => c.Database.Client.GetDatabaseQueryIterator<DatabaseProperties>("SELECT * FROM c").ReadNextAsync(Ct)
        },
        { "queries of containers", c => c.Database.GetContainerQueryIterator<ContainerProperties>("SELECT * FROM c").ReadNextAsync(Ct) },
        { "'users'", c => c.Database.CreateUserAsync("u", cancellationToken: Ct) },
        { "'users'", c => c.Database.GetUserQueryIterator<UserProperties>().ReadNextAsync(Ct) },
        { "'sprocs'", c => c.Scripts.CreateStoredProcedureAsync(new("s", "function() { }"), cancellationToken: Ct) },
        { "'sprocs'", c => c.Scripts.ExecuteStoredProcedureAsync<string>("s", new PartitionKey("p"), [], cancellationToken: Ct) },
        { "'triggers'", c => c.Scripts.CreateTriggerAsync(Trigger, cancellationToken: Ct) },
        { "'udfs'", c => c.Scripts.CreateUserDefinedFunctionAsync(new() { Id = "f", Body = "function() { }" }, cancellationToken: Ct) },
        { "'conflicts'", c => c.Conflicts.GetConflictQueryIterator<ConflictProperties>().ReadNextAsync(Ct) },
        { "'clientencryptionkeys'", c => c.Database.GetClientEncryptionKey("k").ReadAsync(cancellationToken: Ct) },
        {
            "other modes of the change feed",
            c => c.GetChangeFeedIterator<object>(ChangeFeedStartFrom.Now(), ChangeFeedMode.AllVersionsAndDeletes).ReadNextAsync(Ct)
        },
        { "PUT of a container", c => c.ReplaceContainerAsync(new(c.Id, "/pk") { DefaultTimeToLive = 5 }, cancellationToken: Ct) },
        {
            "'operations'",
            async c => (await c.DeleteAllItemsByPartitionKeyStreamAsync(new("p"), cancellationToken: Ct)).EnsureSuccessStatusCode()
        },
        { "'offers'", c => c.ReadThroughputAsync(new RequestOptions(), Ct) },
        { "'offers'", c => c.ReplaceThroughputAsync(1000, cancellationToken: Ct) },
    };

    private static TriggerProperties Trigger => new()
    {
        Id = "t",
        Body = "function() { }",
        TriggerOperation = TriggerOperation.Create,
        TriggerType = TriggerType.Pre,
    };

    [Theory]
    [MemberData(nameof(NotSupported))]
    public async Task What_is_not_supported_is_refused_by_name(string says, Func<Container, Task> call)
    {
        await using var account = new CosmosTestAccount();
        var failure = await call(await account.NewContainerAsync()).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains($"The local gateway does not support {says}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_asks_for_a_trigger_is_refused_and_changes_nothing()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "a", pk = "p", n = 1 }, cancellationToken: Ct);
        var before = new ItemRequestOptions { PreTriggers = ["t"] };
        var after = new ItemRequestOptions { PostTriggers = ["t"] };

        var changed = new { id = "a", pk = "p", n = 2 };
        var failure = await container.UpsertItemAsync(changed, null, before, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains("does not support triggers", failure.Message, StringComparison.Ordinal);
        await container.ReplaceItemAsync(changed, "a", null, after, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);
        await container.DeleteItemAsync<object>("a", new PartitionKey("p"), before, Ct).ShouldFailAsync(HttpStatusCode.BadRequest);

        Assert.Equal(1, Assert.Single(await container.AllAsync<int>("SELECT VALUE c.n FROM c")));
    }
}
