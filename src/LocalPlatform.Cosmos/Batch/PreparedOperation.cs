using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Resources;

namespace LocalPlatform.Cosmos.Batch;

/// <summary>
/// A batch operation, parsed and checked before it enters the writer, so that the one writer thread does nothing but write.
/// </summary>
internal sealed class PreparedOperation
{
    private readonly BatchOperation _operation;
    private readonly byte[] _partitionKey;
    private readonly DocumentBody? _body;
    private readonly PatchRequest? _patch;
    private readonly ItemResult? _refusal;

    private PreparedOperation(
        BatchOperation operation, byte[] partitionKey, DocumentBody? body = null, PatchRequest? patch = null, ItemResult? refusal = null)
    {
        _operation = operation;
        _partitionKey = partitionKey;
        _body = body;
        _patch = patch;
        _refusal = refusal;
    }

    public bool MinimalResponse => _operation.MinimalResponse;

    public byte[] PartitionKey => _partitionKey;

    /// <summary>Prepares an operation; <paramref name="batchKey"/> is the key of a transactional batch, otherwise it has its own.</summary>
    public static PreparedOperation Prepare(ContainerState container, BatchOperation operation, byte[]? batchKey)
    {
        var key = batchKey ?? (operation.PartitionKey is { } own ? PartitionKeyValue.FromHeader(own) : null);
        if (key is null)
            return new PreparedOperation(operation, [], refusal: ItemResult.WrongPartitionKey);
        return operation.Type switch
        {
            BatchOperationType.Create or BatchOperationType.Upsert or BatchOperationType.Replace => WithBody(container, operation, key),
            BatchOperationType.Patch => WithPatch(operation, key),
            BatchOperationType.Read or BatchOperationType.Delete => new PreparedOperation(operation, key),
            _ => new PreparedOperation(
                operation, key, refusal: ItemResult.Refused(400, $"Operation type {(int)operation.Type} is not supported in a batch.")),
        };
    }

    /// <summary>Carries the operation out on the writer thread.</summary>
    public ItemResult Execute(ItemWriter writer)
    {
        if (_refusal is not null)
            return _refusal;
        var conditions = new Preconditions(_operation.IfMatch, _operation.IfNoneMatch);
        return _operation.Type switch
        {
            BatchOperationType.Create => writer.Create(_body!),
            BatchOperationType.Upsert => writer.Upsert(_body!, conditions),
            BatchOperationType.Replace => writer.Replace(_partitionKey, _operation.Id!, _body!, conditions),
            BatchOperationType.Patch => writer.Patch(_partitionKey, _operation.Id!, _patch!, conditions),
            BatchOperationType.Delete => writer.Delete(_partitionKey, _operation.Id!, conditions),
            // A read that names the current tag in either condition is told that nothing has changed.
            _ => writer.Read(_partitionKey, _operation.Id!, new Preconditions(null, _operation.IfNoneMatch ?? _operation.IfMatch)),
        };
    }

    private static PreparedOperation WithBody(ContainerState container, BatchOperation operation, byte[] key)
    {
        var body = DocumentBody.TryParse(container, operation.Body, out var refusal);
        if (body is null)
            return new PreparedOperation(operation, key, refusal: refusal);
        if (!body.PartitionKey.AsSpan().SequenceEqual(key))
            return new PreparedOperation(operation, key, refusal: ItemResult.WrongPartitionKey);
        if (operation.Type == BatchOperationType.Replace && operation.Id != body.Id)
            return new PreparedOperation(operation, key, refusal: ItemResult.Refused(
                400, "The id in the body of a replace must be the id of the document that is replaced."));
        return new PreparedOperation(operation, key, body);
    }

    private static PreparedOperation WithPatch(BatchOperation operation, byte[] key) =>
        PatchRequest.TryParse(operation.Body, out var error) is { } patch
            ? new PreparedOperation(operation, key, patch: patch)
            : new PreparedOperation(operation, key, refusal: ItemResult.Refused(400, error));
}
