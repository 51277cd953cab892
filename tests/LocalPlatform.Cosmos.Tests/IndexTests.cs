using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class IndexTests
{
    [Fact]
    public async Task A_query_that_has_got_its_index_reads_only_what_it_returns()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 60, 5);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = @k AND c.productId > @after ORDER BY c.productId OFFSET 0 LIMIT @n")
            .WithParameter("@k", "product").WithParameter("@after", "P010").WithParameter("@n", 5);

        var scanned = await Run(container, query);
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        var indexed = await Run(container, query);

        Assert.Equal(["P011", "P012", "P013", "P014", "P015"], indexed.Ids);
        Assert.Equal(scanned.Ids, indexed.Ids);
        Assert.Equal(360, scanned.Loaded);
        // One more than returned: the row that tells that the limit is reached.
        Assert.InRange(indexed.Loaded, 5, 6);

        // Documents written, changed and deleted later are kept in the index.
        await container.CreateItemAsync(new { id = "P0115", productId = "P0115", kind = "product" }, cancellationToken: Ct);
        await container.DeleteItemAsync<object>("P012", new PartitionKey("P012"), cancellationToken: Ct);
        await container.PatchItemAsync<object>("P013", new PartitionKey("P013"), [PatchOperation.Set("/kind", "gone")],
            cancellationToken: Ct);
        Assert.Equal(["P011", "P0115", "P014", "P015", "P016"], (await Run(container, query)).Ids);

        await account.RestartAsync();
        container = account.Client.GetContainer("db", container.Id);
        var again = await Run(container, query);
        Assert.Equal(["P011", "P0115", "P014", "P015", "P016"], again.Ids);
        Assert.InRange(again.Loaded, 5, 6);
    }

    /// <summary>As in a store of an older version: each document is to be read before there is an index.</summary>
    [Fact]
    public async Task A_crowd_that_asks_before_there_is_an_index_is_told_what_one_is()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 60, 5);
        static QueryDefinition Of(int after) =>
            new($"SELECT * FROM c WHERE c.kind = 'product' AND c.productId > 'P0{after}' ORDER BY c.productId OFFSET 0 LIMIT 2");

        var pages = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => Run(container, Of(10 + i % 4)), Ct)));

        Assert.Equal(
            Enumerable.Range(0, 32).Select(static i => $"P0{11 + i % 4} P0{12 + i % 4}"), pages.Select(static page => string.Join(' ', page.Ids)));
    }

    /// <summary>As a shop's list is when it is asked for the first time, by many.</summary>
    [Fact]
    public async Task A_query_by_paths_that_the_policy_names_has_its_index_from_the_first_time_on()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId",
            Indexing("/kind/?", "/productId/?", "/sequence/?", "/lines/[]/n/?", "/_ts/?"));
        await FillAsync(container, 60, 5);
        await account.RestartAsync();
        container = account.Client.GetContainer("db", container.Id);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = 'product' AND c.productId > 'P010' ORDER BY c.productId OFFSET 0 LIMIT 5");

        var pages = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Run(container, query), Ct)));

        Assert.All(pages, static page => Assert.Equal(["P011", "P012", "P013", "P014", "P015"], page.Ids));
        Assert.All(pages, static page => Assert.InRange(page.Loaded, 5, 6));
        Assert.Equal(["/kind\n/productId"], StoredIndexes(account));
        // No policy need name the id.
        Assert.Equal((2, 2), await Run(container, new QueryDefinition("SELECT * FROM c WHERE c.id IN ('P007-2', 'P040', 'nobody')")) is var byId
            ? (byId.Ids.Count, byId.Loaded) : default);
        var newest = new QueryDefinition("SELECT * FROM c WHERE c.kind = 'movement' ORDER BY c.sequence DESC OFFSET 0 LIMIT 3");
        Assert.InRange((await Run(container, newest, new PartitionKey("P001"))).Loaded, 3, 4);
    }

    [Fact]
    public async Task The_newest_entries_of_a_partition_are_read_without_the_others()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 3, 100);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = 'movement' ORDER BY c.sequence DESC OFFSET 0 LIMIT 3");
        await Run(container, query, new PartitionKey("P001"));
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        var indexed = await Run(container, query, new PartitionKey("P001"));
        Assert.Equal(["P001-99", "P001-98", "P001-97"], indexed.Ids);
        Assert.InRange(indexed.Loaded, 3, 4);
    }

    /// <summary>Of a bound below and two above, the closest is walked by: what lies above it is not looked at.</summary>
    [Theory]
    [InlineData("c.sequence > 0 AND c.sequence < 50", "49 48 47")]
    [InlineData("c.sequence < 50 AND c.sequence > 0", "49 48 47")]
    [InlineData("c.sequence < 90 AND c.sequence <= 50 AND c.sequence < 70", "50 49 48")]
    [InlineData("c.sequence <= 50 AND c.sequence < 50 AND c.sequence >= 48 AND c.sequence > 47", "49 48")]
    [InlineData("c.sequence >= 48 AND c.sequence > 48 AND c.sequence < 50", "49")]
    [InlineData("c.sequence < 50 AND c.sequence > 60", "")]
    [InlineData("c.sequence = 7 AND c.sequence < 50 AND c.sequence > 6", "7")]
    public async Task Bounds_of_one_path_are_one_range(string where, string sequences)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 10 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 1, 100);
        var query = new QueryDefinition($"SELECT * FROM c WHERE {where} ORDER BY c.sequence DESC OFFSET 0 LIMIT 3");
        await Run(container, query, new PartitionKey("P000"));
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        Assert.Equal(
            sequences.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static n => $"P000-{n}"),
            (await Run(container, query, new PartitionKey("P000"))).Ids);
    }

    [Fact]
    public async Task A_query_without_an_order_gets_an_index_that_need_not_be_sorted_for_each_page()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 60, 5);
        await Run(container, new QueryDefinition("SELECT * FROM c WHERE c.kind = 'product' ORDER BY c.productId"));
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        Assert.Equal(["/kind\n/productId"], StoredIndexes(account));

        await Run(container, new QueryDefinition("SELECT * FROM c WHERE c.kind = 'movement'"));
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);

        Assert.Equal(["/kind", "/kind\n/productId"], StoredIndexes(account).Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// From the first time on, whatever the policy excludes, and by that index alone, whatever else is asked of them: in the order of
    /// their ids, which is not that of their numbers.
    /// </summary>
    [Theory]
    [InlineData("c.id IN ('P001-9', 'P001-10', 'nobody')", "P001-10 P001-9")]
    [InlineData("c.kind = 'movement' AND c.id IN ('P001-9', 'P004', 'P001-10')", "P001-10 P001-9")]
    [InlineData("c.kind = 'movement' AND c.id IN ('P001-9', 'P001-10') ORDER BY c.sequence", "P001-9 P001-10")]
    [InlineData("c.kind = 'product' AND c.id = 'P004'", "P004")]
    public async Task Documents_are_found_by_their_ids(string where, string ids)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 100 });
        var container = await account.NewContainerAsync("/productId", Indexing("/kind/?", "/productId/?", "/sequence/?"));
        await FillAsync(container, 12, 12);
        await Run(container, new QueryDefinition("SELECT * FROM c WHERE c.kind = 'product' ORDER BY c.productId"));
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);

        var found = await Run(container, new QueryDefinition($"SELECT * FROM c WHERE {where}"));

        Assert.Equal((ids, ids.Split(' ').Length), (string.Join(' ', found.Ids), found.Loaded));
        Assert.Equal(["/kind\n/productId", "/id"], StoredIndexes(account));
    }

    /// <summary>What is changed most often, an account or a product, keeps the keys by which it is found.</summary>
    [Fact]
    public async Task A_change_that_leaves_the_keys_writes_no_index_of_them()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 10 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 20, 0);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = 'product' ORDER BY c.productId");
        await Run(container, query);
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        var indexes = account.Store.Documents.Catalog.Databases.Single().Value.Containers.Single().Value.Indexes;

        Assert.Equal(["/kind\n/productId"], StoredIndexes(account));
        Assert.Equal((2, 1), (IndexesWritten(indexes.UpdateSql, 6), IndexesWritten(indexes.UpdateKeysSql, 1 + indexes.Columns.Count)));
        await container.PatchItemAsync<object>("P003", new("P003"), [PatchOperation.Set("/kind", "gone")], cancellationToken: Ct);
        await container.PatchItemAsync<object>("P004", new("P004"), [PatchOperation.Set("/n", 1)], cancellationToken: Ct);
        Assert.Equal(Enumerable.Range(0, 20).Where(static n => n != 3).Select(static n => $"P{n:000}"), (await Run(container, query)).Ids);

        // The indexes of all changes and of what expires are always written.
        int IndexesWritten(string sql, int arguments) => account.Store.Documents.Read(session => session
            .Query("EXPLAIN " + sql, static row => row.GetString(1), new object?[arguments]).Count(static step => step == "IdxInsert"));
    }

    [Fact]
    public async Task System_properties_are_compared_without_an_index()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 10 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 20, 0);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(20, (await container.AllAsync<string>("SELECT VALUE c.id FROM c WHERE c._ts > 0 AND c.kind = 'product' ORDER BY "
                + "c._ts")).Count);
            await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        }
    }

    [Fact]
    public async Task Paths_that_the_policy_excludes_get_no_index()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 10 });
        var container = await account.NewContainerAsync("/productId", properties =>
            properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/kind/?" }));
        await FillAsync(container, 10, 5);
        var query = new QueryDefinition("SELECT * FROM c WHERE c.kind = 'product'");
        await Run(container, query);
        await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        var (ids, loaded) = await Run(container, query);
        Assert.Equal(10, ids.Count);
        Assert.Equal(60, loaded);
    }

    [Fact]
    public async Task A_walk_by_continuation_tokens_goes_on_when_an_index_appears_on_the_way()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { IndexingThreshold = 10 });
        var container = await account.NewContainerAsync("/productId");
        await FillAsync(container, 40, 1);
        var query = new QueryDefinition("SELECT VALUE c.id FROM c WHERE c.kind = 'product' AND c.productId >= 'P005'");
        var seen = new List<string>();
        string? token = null;
        do
        {
            using var iterator = container.GetItemQueryIterator<string>(query, token, new QueryRequestOptions { MaxItemCount = 4 });
            var page = await iterator.ReadNextAsync(Ct);
            seen.AddRange(page);
            token = page.ContinuationToken;
            await Eventually.HoldsAsync(() => account.Store.Indexes.IsIdle);
        }
        while (token is not null);
        Assert.Equal(Enumerable.Range(5, 35).Select(i => $"P{i:000}"), seen.Order(StringComparer.Ordinal));
    }

    /// <summary>A policy that includes these paths alone.</summary>
    private static Action<ContainerProperties> Indexing(params string[] paths) => properties =>
    {
        foreach (var path in paths)
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
        properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
    };

    private static List<string> StoredIndexes(CosmosTestAccount account) =>
        account.Store.Documents.Read(session => session.Query("SELECT columns FROM indexes", row => row.GetString(0)));

    private static async Task FillAsync(Container container, int products, int movements)
    {
        for (var i = 0; i < products; i++)
        {
            var id = $"P{i:000}";
            await container.CreateItemAsync(new { id, productId = id, kind = "product" }, cancellationToken: Ct);
            for (var m = 0; m < movements; m++)
                await container.CreateItemAsync(new { id = $"{id}-{m}", productId = id, kind = "movement", sequence = m },
                    cancellationToken: Ct);
        }
    }

    private static async Task<(List<string> Ids, long Loaded)> Run(Container container, QueryDefinition query, PartitionKey? key = null)
    {
        using var iterator = container.GetItemQueryIterator<JObject>(query,
            requestOptions: new QueryRequestOptions { PartitionKey = key, MaxItemCount = 1000 });
        var page = await iterator.ReadNextAsync(Ct);
        var metrics = page.Diagnostics.GetQueryMetrics();
        return ([.. page.Select(document => (string)document["id"]!)], metrics.CumulativeMetrics.RetrievedDocumentCount);
    }
}
