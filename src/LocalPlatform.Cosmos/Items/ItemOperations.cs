using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Items;

/// <summary>Point operations: <c>docs</c> and <c>docs/{id}</c> of a container.</summary>
internal sealed class ItemOperations(CosmosStore store)
{
    public async ValueTask<GatewayResponse> CreateAsync(ContainerState container, GatewayRequest request)
    {
        if (ParseBody(container, request, out var refusal) is not { } body)
            return Answer(container, request, refusal, null);
        var upsert = request.Flag(HeaderNames.IsUpsert);
        var conditions = ConditionsOf(request);
        var result = await store.WriteAsync(container, session =>
        {
            var writer = new ItemWriter(container, session, store.NowSeconds());
            return upsert ? writer.Upsert(body, conditions) : writer.Create(body);
        });
        return Answer(container, request, result, body.PartitionKey);
    }

    public GatewayResponse Read(ContainerState container, string id, GatewayRequest request)
    {
        if (PartitionKeyOf(request) is not { } partitionKey)
            return MissingPartitionKey();
        var conditions = ConditionsOf(request);
        var result = store.Read(
            container,
            session => new ItemWriter(container, session, store.NowSeconds()).Read(partitionKey, id, conditions));
        return Answer(container, request, result, partitionKey);
    }

    public async ValueTask<GatewayResponse> ReplaceAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (ParseBody(container, request, out var refusal) is not { } body)
            return Answer(container, request, refusal, null);
        if (body.Id != id)
            return GatewayResponse.BadRequest("The id in the body of a replace must be the id of the document that is replaced.");
        var conditions = ConditionsOf(request);
        var result = await store.WriteAsync(
            container,
            session => new ItemWriter(container, session, store.NowSeconds()).Replace(body.PartitionKey, id, body, conditions));
        return Answer(container, request, result, body.PartitionKey);
    }

    public async ValueTask<GatewayResponse> PatchAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (PartitionKeyOf(request) is not { } partitionKey)
            return MissingPartitionKey();
        if (PatchRequest.TryParse(request.Body, out var error) is not { } patch)
            return GatewayResponse.BadRequest(error);
        var conditions = ConditionsOf(request);
        var result = await store.WriteAsync(
            container,
            session => new ItemWriter(container, session, store.NowSeconds()).Patch(partitionKey, id, patch, conditions));
        return Answer(container, request, result, partitionKey);
    }

    public async ValueTask<GatewayResponse> DeleteAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (PartitionKeyOf(request) is not { } partitionKey)
            return MissingPartitionKey();
        var conditions = ConditionsOf(request);
        var result = await store.WriteAsync(
            container,
            session => new ItemWriter(container, session, store.NowSeconds()).Delete(partitionKey, id, conditions));
        return Answer(container, request, result, partitionKey);
    }

    /// <summary>The partition key header; null when it is absent or malformed.</summary>
    public static byte[]? PartitionKeyOf(GatewayRequest request) =>
        request.Headers.Find(HeaderNames.PartitionKey) is { } header ? PartitionKeyValue.FromHeader(header) : null;

    public static GatewayResponse MissingPartitionKey() => GatewayResponse.BadRequest(
        "Partition key provided either doesn't correspond to definition in the collection or doesn't match partition key field "
        + "values specified in the document.",
        ItemResult.PartitionKeyMismatch);

    private static DocumentBody? ParseBody(ContainerState container, GatewayRequest request, out ItemResult refusal)
    {
        var body = DocumentBody.TryParse(container, request.Body, out refusal);
        if (body is null)
            return null;
        if (PartitionKeyOf(request) is { } declared && declared.AsSpan().SequenceEqual(body.PartitionKey))
            return body;
        refusal = ItemResult.WrongPartitionKey;
        return null;
    }

    private static Preconditions ConditionsOf(GatewayRequest request) =>
        new(request.Headers.Find(HeaderNames.IfMatch), request.Headers.Find(HeaderNames.IfNoneMatch));

    private static GatewayResponse Answer(ContainerState container, GatewayRequest request, ItemResult? result, byte[]? partitionKey)
    {
        if (result is null)
            return GatewayResponse.NotFound();
        if (result.Message is not null)
            return GatewayResponse.Error(result.Status, result.Message, result.SubStatus, container.SessionToken(partitionKey));
        return new GatewayResponse
        {
            Status = result.Status,
            ETag = result.Document?.ETag,
            Body = result.Status == 304 || result.Document is null || (request.Method != "GET" && request.WantsMinimalResponse)
                ? default
                : result.Document.Render(container),
            RequestCharge = result.RequestCharge,
            SessionToken = container.SessionToken(partitionKey),
            Lsn = container.Lsn.Last,
            AltContentPath = container.AltContentPath,
            ContentPath = container.Rid,
        };
    }
}
