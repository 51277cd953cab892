using System.Diagnostics.CodeAnalysis;
using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Protocol;

namespace LocalPlatform.Cosmos.Items;

/// <summary>Point operations: <c>docs</c> and <c>docs/{id}</c> of a container.</summary>
internal sealed class ItemOperations(DocumentStore store)
{
    /// <summary>A replace whose body names another document.</summary>
    public static readonly Refusal OtherId =
        Refusal.BadRequest("The id in the body of a replace must be the id of the document that is replaced.");

    public ValueTask<GatewayResponse> CreateAsync(ContainerState container, GatewayRequest request)
    {
        if (!TryParseBody(container, request, out var body, out var refusal))
            return new(GatewayResponse.Of(refusal));
        var isUpsert = request.Flag(HeaderNames.IsUpsert);
        var conditions = ConditionsOf(request);
        return WriteAsync(
            container, request, body.PartitionKey, writer => isUpsert ? writer.Upsert(body, conditions) : writer.Create(body));
    }

    public GatewayResponse Read(ContainerState container, string id, GatewayRequest request)
    {
        if (request.PartitionKey is not { } key)
            return GatewayResponse.Of(Refusal.MissingPartitionKey);
        var knownTag = request.Find(HeaderNames.IfNoneMatch);
        var result = store.Read(container, session => new ItemWriter(container, session, store.NowSeconds()).Read(key, id, knownTag));
        return Answer(container, request, result, key);
    }

    public ValueTask<GatewayResponse> ReplaceAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (!TryParseBody(container, request, out var body, out var refusal))
            return new(GatewayResponse.Of(refusal));
        if (body.Id != id)
            return new(GatewayResponse.Of(OtherId));
        var conditions = ConditionsOf(request);
        return WriteAsync(container, request, body.PartitionKey, writer => writer.Replace(body.PartitionKey, id, body, conditions));
    }

    public ValueTask<GatewayResponse> PatchAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (request.PartitionKey is not { } key)
            return new(GatewayResponse.Of(Refusal.MissingPartitionKey));
        if (PatchRequest.TryParse(request.Body, out var error) is not { } patch)
            return new(GatewayResponse.Of(Refusal.BadRequest(error)));
        var conditions = ConditionsOf(request);
        return WriteAsync(container, request, key, writer => writer.Patch(key, id, patch, conditions));
    }

    public ValueTask<GatewayResponse> DeleteAsync(ContainerState container, string id, GatewayRequest request)
    {
        if (request.PartitionKey is not { } key)
            return new(GatewayResponse.Of(Refusal.MissingPartitionKey));
        var conditions = ConditionsOf(request);
        return WriteAsync(container, request, key, writer => writer.Delete(key, id, conditions));
    }

    private static bool TryParseBody(
        ContainerState container,
        GatewayRequest request,
        [NotNullWhen(true)] out DocumentBody? body,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        if (!DocumentBody.TryParse(container, request.Body, out body, out refusal))
            return false;
        if (request.PartitionKey is { } declared && declared.AsSpan().SequenceEqual(body.PartitionKey))
            return true;
        refusal = Refusal.WrongPartitionKey;
        return false;
    }

    private static Preconditions ConditionsOf(GatewayRequest request) =>
        new(request.Find(HeaderNames.IfMatch), request.Find(HeaderNames.IfNoneMatch));

    private async ValueTask<GatewayResponse> WriteAsync(
        ContainerState container, GatewayRequest request, byte[] partitionKey, Func<ItemWriter, ItemResult> write) => Answer(
            container,
            request,
            await store.WriteAsync(container, session => write(new ItemWriter(container, session, store.NowSeconds()))),
            partitionKey);

    private static GatewayResponse Answer(ContainerState container, GatewayRequest request, ItemResult result, byte[] partitionKey)
    {
        if (result.Refusal is not null)
            return GatewayResponse.Of(result.Refusal, container.OriginOfNothing(partitionKey));
        var isWithoutBody = result.Status == 304 || result.Document is null || (request.Method != "GET" && request.WantsMinimalResponse);
        return new GatewayResponse
        {
            Status = result.Status,
            ETag = result.Document?.ETag,
            Body = isWithoutBody ? default : result.Document!.Render(container),
            RequestCharge = result.RequestCharge,
            Origin = container.Origin(partitionKey),
        };
    }
}
