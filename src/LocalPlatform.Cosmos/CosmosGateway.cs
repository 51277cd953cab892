using LocalPlatform.Cosmos.Batch;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Feeds;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Queries;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos;

/// <summary>
/// The gateway without transport: routes a request to the feature that answers it. Reads complete at once, or when an index is there that
/// they are better off with, or it is their turn to go through everything; writes when their commit is on disk.
/// </summary>
internal sealed class CosmosGateway(DocumentStore store, IndexBuilder indexes, bool alwaysPlans)
{
    private readonly DatabaseOperations _databases = new(store);
    private readonly ContainerOperations _containers = new(store);
    private readonly ItemOperations _items = new(store);
    private readonly BatchOperations _batches = new(store);
    private readonly QueryOperations _queries = new(store, indexes, alwaysPlans);
    private readonly ChangeFeedOperations _changeFeed = new(store);

    /// <summary>Answers one request.</summary>
    public async ValueTask<GatewayResponse> HandleAsync(GatewayRequest request)
    {
        try
        {
            return await RouteAsync(request);
        }
        catch (ContainerDeletedException)
        {
            return GatewayResponse.Of(Refusal.OwnerNotFound);
        }
    }

    private ValueTask<GatewayResponse> RouteAsync(GatewayRequest request)
    {
        var path = new ResourcePath(request.Path);
        if (path.Root.IsEmpty)
            return new(AccountDocument.Answer(request.Message.Endpoint));
        if (path.Root is not "dbs")
            return NotSupported($"'{path.Root}'");
        if (path.Database.IsEmpty)
            return HandleDatabases(request);
        if (store.Catalog.Find(path.Database) is not { } database)
            return new(GatewayResponse.Of(Refusal.NotFound));
        if (path.DatabaseChild.IsEmpty)
            return HandleDatabase(database, request);
        if (path.DatabaseChild is not "colls")
            return NotSupported($"'{path.DatabaseChild}' of a database");
        if (path.Container.IsEmpty)
            return HandleContainers(database, request);
        if (database.FindContainer(path.Container) is not { } container)
            return new(GatewayResponse.Of(path.ContainerChild.IsEmpty ? Refusal.NotFound : Refusal.OwnerNotFound));
        return path.ContainerChild switch
        {
            "" => HandleContainer(container, request),
            "docs" when path.Item.IsEmpty => HandleDocuments(container, request),
            "docs" => HandleDocument(container, path.Item.ToString(), request),
            "pkranges" when path.Item.IsEmpty => new(ContainerOperations.ListRanges(container, request)),
            _ => NotSupported($"'{path.ContainerChild}' of a container"),
        };
    }

    private ValueTask<GatewayResponse> HandleDatabases(GatewayRequest request) => request.Method switch
    {
        "GET" => new(_databases.List(request)),
        "POST" when request.IsQuery => NotSupported("queries of databases"),
        "POST" => _databases.CreateAsync(request),
        _ => NotSupported($"{request.Method} of databases"),
    };

    private ValueTask<GatewayResponse> HandleDatabase(DatabaseState database, GatewayRequest request) => request.Method switch
    {
        "GET" => new(DatabaseOperations.Read(database, request)),
        "DELETE" => _databases.DeleteAsync(database, request),
        _ => NotSupported($"{request.Method} of a database"),
    };

    private ValueTask<GatewayResponse> HandleContainers(DatabaseState database, GatewayRequest request) => request.Method switch
    {
        "GET" => new(ContainerOperations.List(database, request)),
        "POST" when request.IsQuery => NotSupported("queries of containers"),
        "POST" => _containers.CreateAsync(database, request),
        _ => NotSupported($"{request.Method} of containers"),
    };

    private ValueTask<GatewayResponse> HandleContainer(ContainerState container, GatewayRequest request) => request.Method switch
    {
        "GET" => new(ContainerOperations.Read(container, request)),
        "DELETE" => _containers.DeleteAsync(container, request),
        _ => NotSupported($"{request.Method} of a container"),
    };

    private ValueTask<GatewayResponse> HandleDocuments(ContainerState container, GatewayRequest request) => request.Method switch
    {
        "GET" when request.Find(HeaderNames.AIm) is not null => new(_changeFeed.Read(container, request)),
        "GET" => _queries.ReadFeedAsync(container, request),
        "POST" when AsksForTrigger(request) => NotSupported("triggers"),
        "POST" when request.Flag(HeaderNames.IsBatch) => _batches.ExecuteAsync(container, request),
        "POST" when request.Flag(HeaderNames.IsQueryPlan) => new(_queries.Plan(container, request)),
        "POST" when request.IsQuery => _queries.QueryAsync(container, request),
        "POST" => _items.CreateAsync(container, request),
        _ => NotSupported($"{request.Method} of documents"),
    };

    private ValueTask<GatewayResponse> HandleDocument(ContainerState container, string id, GatewayRequest request) => request.Method switch
    {
        "GET" => new(_items.Read(container, id, request)),
        _ when AsksForTrigger(request) => NotSupported("triggers"),
        "PUT" => _items.ReplaceAsync(container, id, request),
        "PATCH" => _items.PatchAsync(container, id, request),
        "DELETE" => _items.DeleteAsync(container, id, request),
        _ => NotSupported($"{request.Method} of a document"),
    };

    // What a trigger would have done is missing otherwise, and nobody would notice.
    private static bool AsksForTrigger(GatewayRequest request) =>
        request.Find(HeaderNames.PreTrigger) is not null || request.Find(HeaderNames.PostTrigger) is not null;

    private static ValueTask<GatewayResponse> NotSupported(string what) => new(GatewayResponse.Of(Refusal.NotSupported(what)));
}
