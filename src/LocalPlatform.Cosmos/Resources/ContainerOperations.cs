using System.Text.Json;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Indexes;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Containers: <c>/dbs/{id}/colls</c>, <c>/dbs/{id}/colls/{id}</c> and their <c>pkranges</c>.</summary>
internal sealed class ContainerOperations(CosmosStore store)
{
    public async ValueTask<GatewayResponse> CreateAsync(DatabaseState database, GatewayRequest request)
    {
        if (ContainerDefinition.TryParse(request.Body, out var error) is not { } definition)
            return GatewayResponse.BadRequest(error);
        var now = store.NowSeconds();
        var container = await store.WriteAsync(session => Insert(session, database, definition, now));
        if (container is null)
            return GatewayResponse.Conflict();
        database.Containers[container.Id] = container;
        return Answer(201, container);
    }

    public static GatewayResponse Read(ContainerState container, GatewayRequest request)
    {
        if (request.Headers.Find(HeaderNames.IfNoneMatch) == container.ETag)
            return GatewayResponse.NotModified(container.ETag);
        return Answer(200, container);
    }

    public async ValueTask<GatewayResponse> DeleteAsync(ContainerState container, GatewayRequest request)
    {
        if (request.Headers.Find(HeaderNames.IfMatch) is { } condition && condition != "*" && condition != container.ETag)
            return GatewayResponse.PreconditionFailed();
        if (!container.Database.Containers.TryRemove(KeyValuePair.Create(container.Id, container)))
            return GatewayResponse.NotFound();
        await store.WriteAsync(session =>
        {
            Drop(session, container);
            return true;
        });
        return new GatewayResponse { Status = 204, RequestCharge = RequestCharges.Metadata };
    }

    public static GatewayResponse List(DatabaseState database, GatewayRequest request) => ResourceFeed.Answer(
        request,
        database.Rid,
        "DocumentCollections",
        database.Containers.Values.OrderBy(container => container.Number).Select(container => (Action<Utf8JsonWriter>)container.WriteTo));

    public static GatewayResponse ListRanges(ContainerState container, GatewayRequest request)
    {
        var etag = container.Ranges.ETag;
        if (request.Headers.Find(HeaderNames.IfNoneMatch) == etag)
            return new GatewayResponse { Status = 304, ETag = etag, ItemCount = 0, RequestCharge = RequestCharges.Refusal };
        return new GatewayResponse
        {
            Status = 200,
            ETag = etag,
            ItemCount = container.Ranges.Count,
            RequestCharge = RequestCharges.Metadata,
            Body = JsonText.Write(container.Ranges, (writer, ranges) => ranges.WriteTo(writer)),
        };
    }

    /// <summary>Removes a container with its documents. To be called on the writer thread.</summary>
    public static void Drop(SqliteSession session, ContainerState container)
    {
        container.IsDeleted = true;
        DocumentTable.Drop(session, container.Number);
        session.Execute("DELETE FROM indexes WHERE container = @0", container.Number);
        session.Execute("DELETE FROM index_columns WHERE container = @0", container.Number);
        session.Execute("DELETE FROM containers WHERE number = @0", container.Number);
    }

    private ContainerState? Insert(SqliteSession session, DatabaseState database, ContainerDefinition definition, long now)
    {
        var inserted = session.Execute(
            "INSERT OR IGNORE INTO containers(database, id, definition, ts, lsn_reserved) VALUES(@0, @1, @2, @3, 0)",
            database.Number, definition.Id, definition.Json, now);
        if (inserted == 0)
            return null;
        var number = session.QueryFirst("SELECT last_insert_rowid()", row => row.GetInt32(0));
        DocumentTable.Create(session, number);
        return new ContainerState(database, number, definition, now, 0, store.Options.PartitionKeyRanges) { Indexes = new IndexSet(number, [], []) };
    }

    private static GatewayResponse Answer(int status, ContainerState container) => new()
    {
        Status = status,
        ETag = container.ETag,
        RequestCharge = RequestCharges.Metadata,
        AltContentPath = container.AltContentPath,
        Body = JsonText.Write(container, (writer, state) => state.WriteTo(writer)),
    };
}
