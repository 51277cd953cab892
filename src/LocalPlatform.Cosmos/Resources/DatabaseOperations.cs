using System.Text.Json;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Databases: <c>/dbs</c> and <c>/dbs/{id}</c>.</summary>
internal sealed class DatabaseOperations(DocumentStore store)
{
    public async ValueTask<GatewayResponse> CreateAsync(GatewayRequest request)
    {
        using var body = JsonText.TryParse(request.Body);
        if (body is not { RootElement.ValueKind: JsonValueKind.Object }
            || !body.RootElement.TryGetProperty("id"u8, out var id) || id.ValueKind != JsonValueKind.String
            || !ResourceName.IsValid(id.GetString()))
            return GatewayResponse.Of(Refusal.BadRequest(ResourceName.Rule));
        var name = id.GetString()!;
        if (await store.WriteAsync(session => Catalog.Insert(session, name, store.NowSeconds())) is not { } database)
            return GatewayResponse.Of(Refusal.Conflict);
        store.Catalog.Databases[name] = database;
        return Answer(201, database);
    }

    public static GatewayResponse Read(DatabaseState database, GatewayRequest request) =>
        request.Find(HeaderNames.IfNoneMatch) == database.ETag ? GatewayResponse.NotModified(database.ETag) : Answer(200, database);

    public async ValueTask<GatewayResponse> DeleteAsync(DatabaseState database, GatewayRequest request)
    {
        if (request.Find(HeaderNames.IfMatch) is { } condition && condition != "*" && condition != database.ETag)
            return GatewayResponse.Of(Refusal.PreconditionFailed);
        if (!store.Catalog.Databases.TryRemove(KeyValuePair.Create(database.Id, database)))
            return GatewayResponse.Of(Refusal.NotFound);
        await store.WriteAsync(session => Catalog.Drop(session, database));
        return new GatewayResponse { Status = 204, RequestCharge = RequestCharges.Metadata };
    }

    public GatewayResponse List(GatewayRequest request) => ResourceFeed.Answer(
        request, "", "Databases", store.Catalog.Databases.Values.OrderBy(d => d.Number).Select(d => (Action<Utf8JsonWriter>)d.WriteTo));

    private static GatewayResponse Answer(int status, DatabaseState database) => new()
    {
        Status = status,
        ETag = database.ETag,
        RequestCharge = RequestCharges.Metadata,
        Body = JsonText.Write(database, static (writer, database) => database.WriteTo(writer)),
    };
}
