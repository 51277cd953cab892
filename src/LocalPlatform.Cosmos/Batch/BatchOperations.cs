using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Batch;

/// <summary>
/// Transactional batches (all or nothing, one partition key) and bulk requests (each operation for itself). Both run whole inside
/// one write transaction.
/// </summary>
internal sealed class BatchOperations(DocumentStore store)
{
    public const int OperationsMax = 100;

    /// <summary>The service's limit for a request and for its answer.</summary>
    public const int BytesMax = 2 * 1024 * 1024;

    // The service allows for the framing around documents that are themselves within the limit.
    private const int FramingBytes = BytesMax / 20;

    private const int FailedDependency = 424;

    private static readonly Refusal ResponseTooLarge = new(413, "Response size is too large");

    public async ValueTask<GatewayResponse> ExecuteAsync(ContainerState container, GatewayRequest request)
    {
        var isAtomic = request.Flag(HeaderNames.BatchAtomic);
        var key = isAtomic ? request.PartitionKey : null;
        if (request.Body.Length > BytesMax + FramingBytes)
            return GatewayResponse.Of(Refusal.RequestTooLarge);
        if (isAtomic && key is null)
            return GatewayResponse.Of(Refusal.MissingPartitionKey);
        if (await BatchOperation.ReadAllAsync(request.Body) is not { Count: > 0 } operations)
            return GatewayResponse.Of(Refusal.BadRequest("The batch request is malformed or empty."));
        if (operations.Count > OperationsMax && isAtomic)
            return GatewayResponse.Of(Refusal.BadRequest($"Batch request has more operations than what is supported: {OperationsMax}."));
        var prepared = operations.ConvertAll(operation => new PreparedOperation(container, operation, key));
        var results = await store.WriteAsync(
            container, session => isAtomic ? RunAtomically(container, session, prepared) : RunEach(container, session, prepared));
        return await AnswerAsync(container, prepared, results, key);
    }

    private ItemResult[] RunAtomically(ContainerState container, SqliteSession session, List<PreparedOperation> operations)
    {
        var writer = new ItemWriter(container, session, store.NowSeconds());
        var results = new ItemResult[operations.Count];
        session.Execute("SAVEPOINT batch");
        var bytes = 0L;
        for (var i = 0; i < results.Length; i++)
        {
            var result = operations[i].Execute(writer);
            bytes += operations[i].MinimalResponse ? 0 : result.Document?.Body.Length ?? 0;
            // The answer is put together at the end, so it is the last operation that finds it too large.
            if (i == results.Length - 1 && bytes > BytesMax)
                result = ItemResult.Refused(ResponseTooLarge);
            results[i] = result;
            if (result.IsSuccess || result.Status == 304)
                continue;
            session.Execute("ROLLBACK TO batch");
            session.Execute("RELEASE batch");
            container.Lsn.ForgetReservation();
            return Failed(results, i);
        }
        session.Execute("RELEASE batch");
        return results;
    }

    private ItemResult[] RunEach(ContainerState container, SqliteSession session, List<PreparedOperation> operations)
    {
        var writer = new ItemWriter(container, session, store.NowSeconds());
        return [.. operations.Select(operation => operation.Execute(writer))];
    }

    // The operation that failed says why; all others only that one of them did.
    private static ItemResult[] Failed(ItemResult[] results, int failed)
    {
        for (var i = 0; i < results.Length; i++)
            if (i != failed)
                results[i] = new ItemResult(FailedDependency, null, 0);
        return results;
    }

    private static async ValueTask<GatewayResponse> AnswerAsync(
        ContainerState container, List<PreparedOperation> operations, ItemResult[] results, byte[]? key) => new()
        {
            Status = Array.TrueForAll(results, result => result.IsSuccess) ? 200 : 207,
            ContentType = "application/octet-stream",
            Body = await BatchResults.WriteAsync(container, operations, results),
            RequestCharge = Math.Round(results.Sum(result => result.RequestCharge), 2),
            Origin = container.Origin(key ?? operations[0].PartitionKey),
        };
}
