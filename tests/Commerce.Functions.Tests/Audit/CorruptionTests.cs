using System.Text;
using System.Text.Json.Nodes;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Audit;

/// <summary>
/// Whatever is done to any one document behind the shop's back is found: each document of a store with orders in every status is deleted
/// and doubled, and one of each kind is altered in each of its fields, one after the other.
/// </summary>
public sealed class CorruptionTests : IAsyncLifetime
{
    /// <summary>Fields that no sum and no rule says anything about.</summary>
    private static readonly HashSet<string> Free =
    [
        "createdAt", "updatedAt", "occurredAt", "paidAt", "cancelledAt", "soldAt", "name", "price", "reason", "requested", "fingerprint",
            "revision",
        "revisions", "isPriceBound", "cancelRequestedAt", "rejection", "traceParent",
    ];

    private readonly AuditFixture _fixture = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        await _fixture.OpenAsync();
        await _fixture.ChargeAsync("second", 7_000);
        await _fixture.BookAsync("o-paid", OrderStatus.Paid);
        await _fixture.BookAsync("o-cancelled", OrderStatus.Cancelled, quantity: 2);
        await _fixture.BookAsync("o-rejected", OrderStatus.Rejected);
        // Each audit that finds something makes the clock leap; this order must not grow old.
        await _fixture.BookAsync("o-pending", OrderStatus.Pending, quantity: 1, age: TimeSpan.FromDays(-1));
        await _fixture.Stock.SubmitAsync(AuditFixture.Sku, new StockCommand.Adjust(AuditFixture.Sku, "count", -5, "broken"));
        await _fixture.ChargeAsync("lee's", 9_000, user: "lee");
        await _fixture.BookAsync("o-lee", OrderStatus.Paid, user: "lee");
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_document_that_is_deleted_is_missed() => await EachAsync((container, document) =>
        [new("deleted", () => container.DeleteItemStreamAsync(Id(document), KeyOf(container, document), cancellationToken: Ct))]);

    [Fact]
    public async Task A_document_that_is_there_twice_is_found() => await EachAsync((container, document) =>
    {
        // A second head does not matter: it has another id, and so is not one. And an order that was rejected has taken nothing: a second
        // one agrees with the books.
        if (Type(document) is "account" or "product" || (string?)document["status"] == "rejected")
            return [];
        var twin = document.DeepClone().AsObject();
        twin["id"] = "o-twin";
        return [new("doubled", () => UpsertAsync(container, twin))];
    });

    [Fact]
    public async Task A_field_that_is_altered_is_found()
    {
        var tried = new HashSet<(string?, string?, string?)>();
        await EachAsync((container, document) =>
            from field in tried.Add((Type(document), (string?)document["kind"], (string?)document["status"])) ? Fields(document) : []
            from kind in (string[])["raised", "of another kind", "removed"]
            select new Damage($"{field} {kind}", () => UpsertAsync(container, Altered(document, field, kind))));
        Assert.True(tried.Count > 8, "Documents of each kind were to be altered.");
    }

    /// <summary>
    /// Does each damage to each document, looks whether the audit finds it, and mends it. One auditor looks at all: a process of the app
    /// costs more to start than many audits.
    /// </summary>
    private async Task EachAsync(Func<Container, JsonObject, IEnumerable<Damage>> damages)
    {
        var missed = new List<string>();
        var auditor = _fixture.NewAuditor();
        foreach (var definition in (ContainerDefinition[])[CommerceDatabase.Accounts, CommerceDatabase.Catalog])
        {
            var container = _fixture[definition];
            foreach (var document in await AllAsync(container))
            {
                foreach (var damage in damages(container, document))
                {
                    await damage.DoAsync();
                    if ((await _fixture.AuditAsync(auditor)) is not { Ok: false, Differences: [{ Document: not null }, ..] })
                        missed.Add($"{definition.Name}/{Id(document)} {damage.How}");
                    await container.DeleteItemStreamAsync("o-twin", KeyOf(container, document), cancellationToken: Ct);
                    await UpsertAsync(container, document);
                }
            }
        }
        Assert.Empty(missed);
        var mended = await _fixture.AuditAsync(auditor);
        Assert.True(mended.Ok, string.Join('\n', mended.Differences));
    }

    private static IEnumerable<string> Fields(JsonObject document)
    {
        foreach (var (name, value) in document)
        {
            // Another id or partition is another document: that is a deletion and a doubling.
            if (Free.Contains(name) || name is "id" or "userId" or "productId" || name[0] == '_')
                continue;
            // A pending order whose line was taken at another price is given that price before it is paid.
            if (name == "unitPrice" && (string?)document["orderId"] == "o-pending")
                continue;
            if (value is JsonArray { Count: > 0 } lines && lines[0] is JsonObject line)
            {
                foreach (var (field, _) in line.Where(static field => field.Key != "name"))
                    yield return $"{name}/0/{field}";
            }
            yield return name;
        }
    }

    private static JsonObject Parent(JsonObject document, string field) =>
        field.Split('/') is [var array, _, _] ? document[array]![0]!.AsObject() : document;

    private static JsonObject Altered(JsonObject document, string field, string kind)
    {
        var altered = document.DeepClone().AsObject();
        var (parent, name) = (Parent(altered, field), field.Split('/')[^1]);
        if (kind == "removed")
            parent.Remove(name);
        else
            parent[name] = Altered(parent[name]!, isRaised: kind == "raised");
        return altered;
    }

    private static JsonNode Altered(JsonNode value, bool isRaised) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Number => isRaised ? value.GetValue<long>() + 1 : "many",
        System.Text.Json.JsonValueKind.String => isRaised ? value.GetValue<string>() + "x" : 1,
        System.Text.Json.JsonValueKind.Array => isRaised ? new JsonArray() : 1,
        _ => 1,
    };

    private static async Task<List<JsonObject>> AllAsync(Container container)
    {
        var found = new List<JsonObject>();
        using var pages = container.GetItemQueryStreamIterator("SELECT * FROM c");
        while (pages.HasMoreResults)
        {
            using var page = await pages.ReadNextAsync(Ct);
            found.AddRange((await JsonNode.ParseAsync(page.Content, cancellationToken: Ct))!["Documents"]!.AsArray()
                .Select(static node => node!.DeepClone().AsObject()));
        }
        return found;
    }

    private static async Task UpsertAsync(Container container, JsonObject document)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(document.ToJsonString()));
        using var answer = await container.UpsertItemStreamAsync(body, KeyOf(container, document), cancellationToken: Ct);
        answer.EnsureSuccessStatusCode();
    }

    private static PartitionKey KeyOf(Container container, JsonObject document) =>
        new((string)document[container.Id == "catalog" ? "productId" : "userId"]!);

    private static string Id(JsonObject document) => (string)document["id"]!;

    private static string? Type(JsonObject document) => (string?)document["type"];

    private sealed record Damage(string How, Func<Task> DoAsync);
}
