using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class BatchTests : IAsyncLifetime
{
    private static readonly PartitionKey Key = new("p");

    private readonly CosmosTestAccount _account = new();
    private Container _container = null!;

    public async ValueTask InitializeAsync()
    {
        _container = await _account.NewContainerAsync();
        await _container.CreateItemAsync(new { id = "a", pk = "p", n = 1 }, Key, cancellationToken: Ct);
    }

    public ValueTask DisposeAsync() => _account.DisposeAsync();

    [Fact]
    public async Task Every_kind_of_operation_works_and_answers_in_order()
    {
        using var response = await _container.CreateTransactionalBatch(Key)
            .CreateItem(new { id = "b", pk = "p", n = 2 })
            .UpsertItem(new { id = "c", pk = "p", n = 3 })
            .ReplaceItem("a", new { id = "a", pk = "p", n = 10 })
            .PatchItem("b", [PatchOperation.Increment("/n", 5)])
            .ReadItem("b")
            .DeleteItem("c")
            .ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([201, 201, 200, 200, 200, 204], response.Select(result => (int)result.StatusCode));
        Assert.Equal(7, response.GetOperationResultAtIndex<JObject>(4).Resource["n"]);
        Assert.True(response.RequestCharge > 20);
        Assert.Equal(response[3].ETag, response[4].ETag);
        Assert.Equal(10, await N("a"));
        await _container.ReadItemAsync<JObject>("c", Key, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_conflict_undoes_everything_and_says_which_operation_it_was()
    {
        using var response = await _container.CreateTransactionalBatch(Key)
            .PatchItem("a", [PatchOperation.Increment("/n", 100)])
            .CreateItem(new { id = "a", pk = "p" })
            .CreateItem(new { id = "z", pk = "p" })
            .ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal([424, 409, 424], response.Select(result => (int)result.StatusCode));
        Assert.Contains("already exists", response.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, await N("a"));
        await _container.ReadItemAsync<JObject>("z", Key, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_stale_etag_fails_the_batch_with_412()
    {
        var current = await _container.ReadItemAsync<JObject>("a", Key, cancellationToken: Ct);
        var guarded = new TransactionalBatchPatchItemRequestOptions { IfMatchEtag = current.ETag };
        TransactionalBatch Batch(string id) => _container.CreateTransactionalBatch(Key)
            .CreateItem(new { id, pk = "p" })
            .PatchItem("a", [PatchOperation.Increment("/n", 1)], guarded);
        using var first = await Batch("m1").ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await Batch("m2").ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.PreconditionFailed, second.StatusCode);
        Assert.Equal([424, 412], second.Select(result => (int)result.StatusCode));
        Assert.Equal(2, await N("a"));
        await _container.ReadItemAsync<JObject>("m2", Key, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_missing_document_fails_the_batch_with_404()
    {
        using var response = await _container.CreateTransactionalBatch(Key)
            .CreateItem(new { id = "x", pk = "p" })
            .DeleteItem("missing")
            .ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await _container.ReadItemAsync<JObject>("x", Key, cancellationToken: Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_read_that_knows_the_etag_answers_304_and_the_rest_stands()
    {
        var current = await _container.ReadItemAsync<JObject>("a", Key, cancellationToken: Ct);
        using var response = await _container.CreateTransactionalBatch(Key)
            .ReadItem("a", new TransactionalBatchItemRequestOptions { IfNoneMatchEtag = current.ETag })
            .CreateItem(new { id = "x", pk = "p" })
            .ExecuteAsync(Ct);
        Assert.Equal([304, 201], response.Select(result => (int)result.StatusCode));
        await _container.ReadItemAsync<JObject>("x", Key, cancellationToken: Ct);
    }

    [Fact]
    public async Task A_hundred_operations_are_the_limit()
    {
        async Task<HttpStatusCode> Run(int from, int count)
        {
            var batch = _container.CreateTransactionalBatch(Key);
            for (var i = 0; i < count; i++)
                batch.CreateItem(new { id = $"n{from + i}", pk = "p" });
            using var response = await batch.ExecuteAsync(Ct);
            return response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await Run(0, 100));
        Assert.Equal(HttpStatusCode.BadRequest, await Run(1000, 101));
    }

    [Fact]
    public async Task Too_large_a_batch_is_refused()
    {
        var batch = _container.CreateTransactionalBatch(Key);
        for (var i = 0; i < 3; i++)
            batch.CreateItem(new { id = $"l{i}", pk = "p", text = new string('x', 1024 * 1024) });
        using var response = await batch.ExecuteAsync(Ct);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Results_without_content_carry_etags()
    {
        var quiet = new TransactionalBatchItemRequestOptions { EnableContentResponseOnWrite = false };
        using var response = await _container.CreateTransactionalBatch(Key)
            .CreateItem(new { id = "q", pk = "p" }, quiet)
            .ExecuteAsync(Ct);
        Assert.Null(response[0].ResourceStream);
        Assert.NotEmpty(response[0].ETag);
    }

    private async Task<int> N(string id) =>
        (int)(await _container.ReadItemAsync<JObject>(id, Key, cancellationToken: Ct)).Resource["n"]!;
}
