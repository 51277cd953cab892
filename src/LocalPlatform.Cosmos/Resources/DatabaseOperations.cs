using System.Text.Json;
using LocalPlatform.Cosmos.Items;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Databases: <c>/dbs</c> and <c>/dbs/{id}</c>.</summary>
internal sealed class DatabaseOperations(CosmosStore store)
{
    public async ValueTask<GatewayResponse> CreateAsync(GatewayRequest request)
    {
        using var body = JsonText.TryParse(request.Body);
        if (body is not { RootElement.ValueKind: JsonValueKind.Object }
            || !body.RootElement.TryGetProperty("id"u8, out var id) || id.ValueKind != JsonValueKind.String
            || !ResourceName.IsValid(id.GetString()))
            return GatewayResponse.BadRequest("The input name is invalid. Ensure to provide a unique non-empty string less than '255' characters.");
        var name = id.GetString()!;
        var now = store.NowSeconds();
        var number = await store.WriteAsync(session =>
            session.Execute("INSERT OR IGNORE INTO databases(id, ts) VALUES(@0, @1)", name, now) == 0
                ? 0
                : session.QueryFirst("SELECT last_insert_rowid()", row => row.GetInt32(0)));
        if (number == 0)
            return GatewayResponse.Conflict();
        return Answer(201, store.Catalog.Databases[name] = new DatabaseState(number, name, now));
    }

    public static GatewayResponse Read(DatabaseState database, GatewayRequest request) =>
        request.Headers.Find(HeaderNames.IfNoneMatch) == database.ETag
            ? GatewayResponse.NotModified(database.ETag)
            : Answer(200, database);

    public async ValueTask<GatewayResponse> DeleteAsync(DatabaseState database, GatewayRequest request)
    {
        if (request.Headers.Find(HeaderNames.IfMatch) is { } condition && !ETag.Matches(condition, database.Number, database.Timestamp))
            return GatewayResponse.PreconditionFailed();
        if (!store.Catalog.Databases.TryRemove(KeyValuePair.Create(database.Id, database)))
            return GatewayResponse.NotFound();
        await store.WriteAsync(session =>
        {
            foreach (var container in database.Containers.Values)
                ContainerOperations.Drop(session, container);
            return session.Execute("DELETE FROM databases WHERE number = @0", database.Number);
        });
        return new GatewayResponse { Status = 204, RequestCharge = RequestCharges.Metadata };
    }

    public GatewayResponse List(GatewayRequest request) => ResourceFeed.Answer(
        request, "", "Databases", store.Catalog.Databases.Values.OrderBy(database => database.Number).Select(database => (Action<Utf8JsonWriter>)database.WriteTo));

    private static GatewayResponse Answer(int status, DatabaseState database) => new()
    {
        Status = status,
        ETag = database.ETag,
        RequestCharge = RequestCharges.Metadata,
        Body = JsonText.Write(database, (writer, state) => state.WriteTo(writer)),
    };
}
