using System.Text.Json;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>Containers: <c>/dbs/{id}/colls</c>, <c>/dbs/{id}/colls/{id}</c> and their <c>pkranges</c>.</summary>
internal sealed class ContainerOperations(DocumentStore store)
{
    public async ValueTask<GatewayResponse> CreateAsync(DatabaseState database, GatewayRequest request)
    {
        if (ContainerDefinition.TryParse(request.Body, out var error) is not { } definition)
            return GatewayResponse.Of(Refusal.BadRequest(error));
        var container = await store.WriteAsync(session => store.Catalog.Insert(session, database, definition, store.NowSeconds()));
        if (container is null)
            return GatewayResponse.Of(Refusal.Conflict);
        database.Containers[container.Id] = container;
        return Answer(201, container);
    }

    public static GatewayResponse Read(ContainerState container, GatewayRequest request) =>
        request.Find(HeaderNames.IfNoneMatch) == container.ETag ? GatewayResponse.NotModified(container.ETag) : Answer(200, container);

    public async ValueTask<GatewayResponse> DeleteAsync(ContainerState container, GatewayRequest request)
    {
        if (request.Find(HeaderNames.IfMatch) is { } condition && condition != "*" && condition != container.ETag)
            return GatewayResponse.Of(Refusal.PreconditionFailed);
        if (!container.Database.Containers.TryRemove(KeyValuePair.Create(container.Id, container)))
            return GatewayResponse.Of(Refusal.NotFound);
        await store.WriteAsync(session => Catalog.Drop(session, container));
        return new GatewayResponse { Status = 204, RequestCharge = RequestCharges.Metadata };
    }

    public static GatewayResponse List(DatabaseState database, GatewayRequest request) => ResourceFeed.Answer(
        request,
        database.Rid,
        "DocumentCollections",
        database.Containers.Values.OrderBy(container => container.Number).Select(container => (Action<Utf8JsonWriter>)container.WriteTo));

    public static GatewayResponse ListRanges(ContainerState container, GatewayRequest request)
    {
        var ranges = container.Ranges;
        if (request.Find(HeaderNames.IfNoneMatch) == ranges.ETag)
            return GatewayResponse.NotModified(ranges.ETag, itemCount: 0);
        return new GatewayResponse
        {
            Status = 200,
            ETag = ranges.ETag,
            ItemCount = ranges.Count,
            RequestCharge = RequestCharges.Metadata,
            Body = JsonText.Write(ranges, static (writer, ranges) => ranges.WriteTo(writer)),
        };
    }

    private static GatewayResponse Answer(int status, ContainerState container) => new()
    {
        Status = status,
        ETag = container.ETag,
        RequestCharge = RequestCharges.Metadata,
        Body = JsonText.Write(container, static (writer, container) => container.WriteTo(writer)),
    };
}
