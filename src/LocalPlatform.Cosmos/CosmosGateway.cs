using LocalPlatform.Cosmos.Accounts;
using LocalPlatform.Cosmos.Batch;
using LocalPlatform.Cosmos.ChangeFeed;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos;

/// <summary>
/// The gateway without transport: routes a request to the feature that answers it. Reads complete at once, writes when their
/// commit is on disk.
/// </summary>
internal sealed class CosmosGateway(CosmosStore store)
{
    private readonly DatabaseOperations _databases = new(store);
    private readonly ContainerOperations _containers = new(store);
    private readonly ItemOperations _items = new(store);
    private readonly BatchOperations _batches = new(store);
    private readonly QueryOperations _queries = new(store);
    private readonly ChangeFeedOperations _changeFeed = new(store);

    /// <summary>Answers one request. <paramref name="endpoint"/> is the address the account names as its own.</summary>
    public ValueTask<GatewayResponse> HandleAsync(GatewayRequest request, string endpoint)
    {
        var path = ResourcePath.Parse(request.Path);
        if (path.Root == "")
            return new(AccountDocument.Answer(endpoint));
        if (path.Root != "dbs")
            return new(NotSupported($"'{path.Root}'"));
        if (path.Database is null)
            return HandleDatabases(request);
        if (store.Catalog.Find(path.Database) is not { } database)
            return new(GatewayResponse.NotFound());
        if (path.DatabaseChild is null)
            return HandleDatabase(database, request);
        if (path.DatabaseChild != "colls")
            return new(NotSupported($"'{path.DatabaseChild}' of a database"));
        if (path.Container is null)
            return HandleContainers(database, request);
        if (database.FindContainer(path.Container) is not { } container)
            return new(OwnerNotFound(path));
        return path.ContainerChild is null ? HandleContainer(container, request) : HandleContent(container, path, request);
    }

    private ValueTask<GatewayResponse> HandleDatabases(GatewayRequest request) => request.Method switch
    {
        "POST" when request.IsQuery => new(NotSupported("queries of databases")),
        "POST" => _databases.CreateAsync(request),
        "GET" => new(_databases.List(request)),
        _ => new(WrongMethod(request)),
    };

    private ValueTask<GatewayResponse> HandleDatabase(DatabaseState database, GatewayRequest request) => request.Method switch
    {
        "GET" => new(DatabaseOperations.Read(database, request)),
        "DELETE" => _databases.DeleteAsync(database, request),
        _ => new(WrongMethod(request)),
    };

    private ValueTask<GatewayResponse> HandleContainers(DatabaseState database, GatewayRequest request) => request.Method switch
    {
        "POST" when request.IsQuery => new(NotSupported("queries of containers")),
        "POST" => _containers.CreateAsync(database, request),
        "GET" => new(ContainerOperations.List(database, request)),
        _ => new(WrongMethod(request)),
    };

    private ValueTask<GatewayResponse> HandleContainer(ContainerState container, GatewayRequest request) => request.Method switch
    {
        "GET" => new(ContainerOperations.Read(container, request)),
        "PUT" => new(NotSupported("replacing a container")),
        "DELETE" => _containers.DeleteAsync(container, request),
        _ => new(WrongMethod(request)),
    };

    private ValueTask<GatewayResponse> HandleContent(ContainerState container, ResourcePath path, GatewayRequest request) =>
        (path.ContainerChild, path.Item) switch
        {
            ("docs", null) => HandleDocuments(container, request),
            ("docs", { } id) => HandleDocument(container, id, request),
            ("pkranges", null) => new(ContainerOperations.ListRanges(container, request)),
            _ => new(NotSupported($"'{path.ContainerChild}' of a container")),
        };

    private ValueTask<GatewayResponse> HandleDocuments(ContainerState container, GatewayRequest request)
    {
        if (request.Method == "GET")
            return new(request.Headers.Find(HeaderNames.AIm) is null
                ? _queries.ReadFeed(container, request)
                : _changeFeed.Read(container, request));
        if (request.Method != "POST")
            return new(WrongMethod(request));
        if (AsksForTrigger(request))
            return new(NotSupported("triggers: leave PreTriggers and PostTriggers out"));
        if (request.Flag(HeaderNames.IsBatch))
            return _batches.ExecuteAsync(container, request);
        if (request.Flag(HeaderNames.IsQueryPlan))
            return new(_queries.Plan(container, request));
        return request.IsQuery ? new(_queries.Query(container, request)) : _items.CreateAsync(container, request);
    }

    private ValueTask<GatewayResponse> HandleDocument(ContainerState container, string id, GatewayRequest request) => request.Method switch
    {
        "GET" => new(_items.Read(container, id, request)),
        _ when AsksForTrigger(request) => new(NotSupported("triggers: leave PreTriggers and PostTriggers out")),
        "PUT" => _items.ReplaceAsync(container, id, request),
        "PATCH" => _items.PatchAsync(container, id, request),
        "DELETE" => _items.DeleteAsync(container, id, request),
        _ => new(WrongMethod(request)),
    };

    // The container is missing, not the thing asked of it: clients tell the two apart by the sub-status.
    private static GatewayResponse OwnerNotFound(ResourcePath path) => path.ContainerChild is null
        ? GatewayResponse.NotFound()
        : GatewayResponse.Error(404, "Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found", subStatus: 1003);

    // What a trigger would have done is missing otherwise, and nobody would notice.
    private static bool AsksForTrigger(GatewayRequest request) =>
        request.Headers.Find(HeaderNames.PreTrigger) is not null || request.Headers.Find(HeaderNames.PostTrigger) is not null;

    private static GatewayResponse WrongMethod(GatewayRequest request) =>
        GatewayResponse.Error(405, $"The method {request.Method} does not apply to this resource.");

    private static GatewayResponse NotSupported(string what) =>
        GatewayResponse.BadRequest($"The local gateway does not support {what}.");
}

/// <summary>The segments of a request path, percent-decoded: <c>/dbs/{d}/colls/{c}/docs/{id}</c> and its beginnings.</summary>
internal readonly record struct ResourcePath(
    string Root, string? Database, string? DatabaseChild, string? Container, string? ContainerChild, string? Item)
{
    public static ResourcePath Parse(string path)
    {
        // What lies behind the last segment of the longest path stays part of it.
        Span<Range> ranges = stackalloc Range[6];
        var text = path.AsSpan().Trim('/');
        var count = text.Split(ranges, '/');
        return new ResourcePath(
            text[ranges[0]].ToString(), At(text, ranges, count, 1), At(text, ranges, count, 2), At(text, ranges, count, 3),
            At(text, ranges, count, 4), At(text, ranges, count, 5));
    }

    /// <summary>
    /// A request target without its query. A question mark behind a document's place is part of the id: SDKs send it as it is.
    /// </summary>
    public static string WithoutQuery(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark < 0 || target.AsSpan(0, mark).Trim('/').Count('/') >= 5 ? target : target[..mark];
    }

    private static string? At(ReadOnlySpan<char> text, ReadOnlySpan<Range> ranges, int count, int index) =>
        index < count ? Uri.UnescapeDataString(text[ranges[index]]) : null;
}
