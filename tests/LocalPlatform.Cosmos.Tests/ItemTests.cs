using System.Net;
using Microsoft.Azure.Cosmos;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ItemTests : IAsyncLifetime
{
    private readonly CosmosTestAccount _account = new();
    private Container _container = null!;

    public async ValueTask InitializeAsync() => _container = await _account.NewContainerAsync();

    public ValueTask DisposeAsync() => _account.DisposeAsync();

    [Fact]
    public async Task A_created_document_is_read_back_with_system_properties()
    {
        var created = await _container.CreateItemAsync(new Doc("1", "p", 5), new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(created.RequestCharge > 0);
        Assert.NotNull(created.ETag);

        var read = await _container.ReadItemAsync<Dictionary<string, object>>("1", new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(created.ETag, read.ETag);
        Assert.Equal(created.ETag, read.Resource["_etag"]);
        Assert.Equal(5L, read.Resource["n"]);
        Assert.Contains("_rid", read.Resource.Keys);
        Assert.Contains("_ts", read.Resource.Keys);
        Assert.Equal(1, read.RequestCharge);
    }

    [Fact]
    public async Task A_second_create_conflicts_and_another_partition_does_not()
    {
        await _container.CreateItemAsync(new Doc("1", "p", 5), cancellationToken: Ct);
        await _container.CreateItemAsync(new Doc("1", "p", 6), cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.Conflict);
        await _container.CreateItemAsync(new Doc("1", "q", 7), cancellationToken: Ct);
        await _container.ReadItemAsync<Doc>("1", new PartitionKey("r"), cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_two_writers_with_one_etag_the_second_fails()
    {
        var created = await _container.CreateItemAsync(new Doc("1", "p", 5), cancellationToken: Ct);
        var guarded = new ItemRequestOptions { IfMatchEtag = created.ETag };
        await _container.ReplaceItemAsync(new Doc("1", "p", 6), "1", requestOptions: guarded, cancellationToken: Ct);
        await _container.ReplaceItemAsync(new Doc("1", "p", 7), "1", requestOptions: guarded, cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.PreconditionFailed);
        await _container.UpsertItemAsync(new Doc("1", "p", 7), requestOptions: guarded, cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.PreconditionFailed);
        await _container.DeleteItemAsync<Doc>("1", new PartitionKey("p"), guarded, Ct).ShouldFailAsync(HttpStatusCode.PreconditionFailed);
        Assert.Equal(6, (await _container.ReadItemAsync<Doc>("1", new PartitionKey("p"), cancellationToken: Ct)).Resource.N);
    }

    [Fact]
    public async Task A_read_that_knows_the_current_etag_is_told_that_nothing_changed()
    {
        var created = await _container.CreateItemAsync(new Doc("1", "p", 5), cancellationToken: Ct);
        using var response = await _container.ReadItemStreamAsync(
            "1", new PartitionKey("p"), new ItemRequestOptions { IfNoneMatchEtag = created.ETag }, Ct);
        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
    }

    [Fact]
    public async Task Upsert_creates_then_replaces()
    {
        Assert.Equal(HttpStatusCode.Created, (await _container.UpsertItemAsync(new Doc("1", "p", 1), cancellationToken: Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _container.UpsertItemAsync(new Doc("1", "p", 2), cancellationToken: Ct)).StatusCode);
    }

    [Fact]
    public async Task A_deleted_document_is_gone()
    {
        await _container.CreateItemAsync(new Doc("1", "p", 5), cancellationToken: Ct);
        var deleted = await _container.DeleteItemAsync<Doc>("1", new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await _container.DeleteItemAsync<Doc>("1", new PartitionKey("p"), cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
        await _container.ReplaceItemAsync(new Doc("1", "p", 5), "1", cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Writes_without_content_answer_the_etag_alone()
    {
        var quiet = new ItemRequestOptions { EnableContentResponseOnWrite = false };
        var created = await _container.CreateItemAsync(new Doc("1", "p", 5), requestOptions: quiet, cancellationToken: Ct);
        Assert.Null(created.Resource);
        Assert.NotNull(created.ETag);
    }

    [Fact]
    public async Task A_partition_key_that_contradicts_the_document_is_refused()
    {
        var failure = await _container.CreateItemAsync(new Doc("1", "p", 5), new PartitionKey("q"), cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Equal(1001, failure.SubStatusCode);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("Ünïcödé 日本 😀")]
    [InlineData("b+c&d=e")]
    [InlineData("quote'\"")]
    public async Task Odd_ids_are_found_again(string id)
    {
        await _container.CreateItemAsync(new Doc(id, id, 1), cancellationToken: Ct);
        var read = await _container.ReadItemAsync<Doc>(id, new PartitionKey(id), cancellationToken: Ct);
        Assert.Equal(id, read.Resource.Id);
    }

    [Fact]
    public async Task Partition_keys_of_every_json_kind_are_told_apart()
    {
        (PartitionKey Key, object Doc)[] documents =
        [
            (new PartitionKey("1"), new { id = "x", pk = "1" }),
            (new PartitionKey(1), new { id = "x", pk = 1 }),
            (new PartitionKey(1.5), new { id = "x", pk = 1.5 }),
            (new PartitionKey(true), new { id = "x", pk = true }),
            (new PartitionKey(false), new { id = "x", pk = false }),
            (PartitionKey.Null, new { id = "x", pk = (string?)null }),
            (PartitionKey.None, new { id = "x", other = 1 }),
        ];
        foreach (var (key, document) in documents)
            await _container.CreateItemAsync(document, key, cancellationToken: Ct);
        foreach (var (key, _) in documents)
        {
            await _container.ReadItemAsync<object>("x", key, cancellationToken: Ct);
            Assert.Single(await _container.AllAsync<object>("SELECT * FROM c", key));
        }
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_restart_and_etags_go_on()
    {
        var before = await _container.CreateItemAsync(new Doc("1", "p", 5), cancellationToken: Ct);
        await _account.RestartAsync();
        var container = _account.Client.GetContainer("db", _container.Id);
        var read = await container.ReadItemAsync<Doc>("1", new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(before.ETag, read.ETag);
        var after = await container.UpsertItemAsync(new Doc("1", "p", 6), cancellationToken: Ct);
        Assert.NotEqual(before.ETag, after.ETag);
    }

    [Fact]
    public async Task Documents_of_more_than_two_megabytes_and_bodies_that_are_no_json_are_refused()
    {
        var large = new { id = "1", pk = "p", text = new string('x', 2 * 1024 * 1024) };
        await _container.CreateItemAsync(large, new PartitionKey("p"), cancellationToken: Ct)
            .ShouldFailAsync(HttpStatusCode.RequestEntityTooLarge);
        using var broken = await _container.CreateItemStreamAsync(
            new MemoryStream("{\"id\":"u8.ToArray()), new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var nameless = await _container.CreateItemStreamAsync(
            new MemoryStream("{\"pk\":\"p\"}"u8.ToArray()), new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.BadRequest, nameless.StatusCode);
    }

    [Fact]
    public async Task Deeply_nested_documents_are_stored_queried_and_patched()
    {
        var nested = string.Concat(Enumerable.Repeat("{\"x\":", 100)) + "1" + new string('}', 100);
        using var created = await _container.CreateItemStreamAsync(
            new MemoryStream(System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"1\",\"pk\":\"p\",\"deep\":{nested}}}")), new PartitionKey("p"),
                cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal([1], await _container.AllAsync<int>($"SELECT VALUE c.deep{string.Concat(Enumerable.Repeat(".x", 100))} FROM c"));
        using var patched = await _container.PatchItemStreamAsync("1", new PartitionKey("p"), [PatchOperation.Set("/n", 1)],
            cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
    }

    [Fact]
    public async Task A_document_that_has_a_name_twice_is_refused()
    {
        using var response = await _container.CreateItemStreamAsync(
            new MemoryStream("{\"id\":\"1\",\"pk\":\"p\",\"n\":1,\"n\":2}"u8.ToArray()), new PartitionKey("p"), cancellationToken: Ct);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Read_many_finds_documents_of_many_partitions()
    {
        for (var i = 0; i < 30; i++)
            await _container.CreateItemAsync(new Doc($"{i}", $"p{i % 7}", i), cancellationToken: Ct);
        var wanted = Enumerable.Range(5, 20).Select(i => ($"{i}", new PartitionKey($"p{i % 7}"))).Append(("none", new PartitionKey("p1")))
            .ToList();
        var found = await _container.ReadManyItemsAsync<Doc>(wanted, cancellationToken: Ct);
        Assert.Equal(Enumerable.Range(5, 20), found.Select(doc => doc.N).Order());
    }

    private sealed record Doc([property: Newtonsoft.Json.JsonProperty("id")] string Id,
        [property: Newtonsoft.Json.JsonProperty("pk")] string Pk, [property: Newtonsoft.Json.JsonProperty("n")] int N);
}
