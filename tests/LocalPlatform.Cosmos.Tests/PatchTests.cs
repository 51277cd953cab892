using System.Net;
using Microsoft.Azure.Cosmos;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class PatchTests : IAsyncLifetime
{
    private static readonly PartitionKey Key = new("p");

    private readonly CosmosTestAccount _account = new();
    private Container _container = null!;

    public async ValueTask InitializeAsync()
    {
        _container = await _account.NewContainerAsync();
        var document = new { id = "1", pk = "p", n = 5, d = 1.5, text = "a", list = new[] { 1, 2, 3 }, deep = new { x = 1 } };
        await _container.CreateItemAsync(document, Key, cancellationToken: Ct);
    }

    public ValueTask DisposeAsync() => _account.DisposeAsync();

    [Fact]
    public async Task All_kinds_of_operations_apply_in_order()
    {
        var patched = await Patch(
            PatchOperation.Increment("/n", -2),
            PatchOperation.Increment("/d", 0.25),
            PatchOperation.Increment("/new", 7),
            PatchOperation.Set("/text", "b"),
            PatchOperation.Add("/list/1", 9),
            PatchOperation.Add("/list/-", 8),
            PatchOperation.Set("/list/0", 0),
            PatchOperation.Replace("/deep/x", 2),
            PatchOperation.Remove("/list/2"),
            PatchOperation.Move("/deep/x", "/moved"));
        Assert.Equal(3, patched["n"]);
        Assert.Equal(JTokenType.Integer, patched["n"]!.Type);
        Assert.Equal(1.75, patched["d"]);
        Assert.Equal(7, patched["new"]);
        Assert.Equal("b", patched["text"]);
        Assert.Equal("[0,9,3,8]", patched["list"]!.ToString(Newtonsoft.Json.Formatting.None));
        Assert.Equal(2, patched["moved"]);
        Assert.Null(patched["deep"]!["x"]);
    }

    [Fact]
    public async Task A_patch_that_fails_changes_nothing()
    {
        var failure = await Patch(PatchOperation.Set("/text", "b"), PatchOperation.Add("/missing/x", 1))
            .ShouldFailAsync(HttpStatusCode.BadRequest);
        Assert.Contains("For Operation(2): Add Operation can only create a child object of an existing node", failure.Message,
            StringComparison.Ordinal);
        Assert.Contains("no path found beyond: 'missing'", failure.Message, StringComparison.Ordinal);
        var read = await _container.ReadItemAsync<JObject>("1", Key, cancellationToken: Ct);
        Assert.Equal("a", read.Resource["text"]);
    }

    /// <summary>Escaped, its text would take three times as much, and no document takes that.</summary>
    [Fact]
    public async Task A_document_that_is_nearly_full_of_emoji_is_patched_and_keeps_them()
    {
        var text = string.Concat(Enumerable.Repeat("👍", 500_000));
        await Patch(PatchOperation.Set("/text", text));
        await Patch(PatchOperation.Increment("/n", 1));
        var read = await _container.ReadItemAsync<JObject>("1", Key, cancellationToken: Ct);
        Assert.Equal(text, read.Resource["text"]);
    }

    [Fact]
    public async Task Targets_that_must_exist_are_demanded()
    {
        await Patch(PatchOperation.Replace("/none", 1)).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Remove("/none")).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Move("/none", "/n")).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Increment("/text", 1)).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Set("/list/7", 1)).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Set("/id", "2")).ShouldFailAsync(HttpStatusCode.BadRequest);
        await Patch(PatchOperation.Set("/pk", "q")).ShouldFailAsync(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("FROM c WHERE c.n >= 5", true)]
    [InlineData("from doc where doc.n > 5", false)]
    [InlineData("FROM c WHERE c.deep.x = 1 AND IS_DEFINED(c.list)", true)]
    [InlineData("FROM c WHERE c.none = 1", false)]
    public async Task A_condition_decides(string condition, bool holds)
    {
        var options = new PatchItemRequestOptions { FilterPredicate = condition };
        var patch = _container.PatchItemAsync<JObject>("1", Key, [PatchOperation.Increment("/n", -5)], options, Ct);
        if (holds)
            Assert.Equal(0, (await patch).Resource["n"]);
        else
            await patch.ShouldFailAsync(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_stale_etag_is_refused_before_the_condition_and_a_missing_document_before_both()
    {
        var options = new PatchItemRequestOptions { IfMatchEtag = "\"stale\"", FilterPredicate = "FROM c WHERE c.n = 5" };
        var patch = PatchOperation.Set("/n", 1);
        await _container.PatchItemAsync<JObject>("1", Key, [patch], options, Ct).ShouldFailAsync(HttpStatusCode.PreconditionFailed);
        await _container.PatchItemAsync<JObject>("2", Key, [patch], options, Ct).ShouldFailAsync(HttpStatusCode.NotFound);
    }

    private async Task<JObject> Patch(params PatchOperation[] operations) =>
        (await _container.PatchItemAsync<JObject>("1", Key, operations, cancellationToken: Ct)).Resource;
}
