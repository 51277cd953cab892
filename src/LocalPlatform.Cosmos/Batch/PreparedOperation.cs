using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Patch;
using LocalPlatform.Cosmos.Protocol;
using LocalPlatform.Cosmos.Values;

namespace LocalPlatform.Cosmos.Batch;

/// <summary>
/// A batch operation, parsed and checked before it enters the writer, so that the one writer thread does nothing but write.
/// </summary>
internal sealed class PreparedOperation
{
    private readonly BatchOperation _operation;
    private readonly DocumentBody? _body;
    private readonly PatchRequest? _patch;
    private readonly ItemResult? _refused;

    /// <param name="container">What it is about.</param>
    /// <param name="operation">As it came.</param>
    /// <param name="batchKey">The partition key of a transactional batch; in a bulk request each operation has its own.</param>
    public PreparedOperation(ContainerState container, BatchOperation operation, byte[]? batchKey)
    {
        _operation = operation;
        var key = batchKey ?? (operation.PartitionKey is { } own ? PartitionKeyValue.FromHeader(own) : null);
        PartitionKey = key ?? [];
        var refusal = key is null ? Refusal.WrongPartitionKey : Prepare(container, out _body, out _patch);
        _refused = refusal is null ? null : ItemResult.Refused(refusal);
    }

    public bool MinimalResponse => _operation.MinimalResponse;

    public byte[] PartitionKey { get; }

    /// <summary>Carries the operation out on the writer thread.</summary>
    public ItemResult Execute(ItemWriter writer)
    {
        if (_refused is not null)
            return _refused;
        var conditions = new Preconditions(_operation.IfMatch, _operation.IfNoneMatch);
        return _operation.Type switch
        {
            BatchOperationType.Create => writer.Create(_body!),
            BatchOperationType.Upsert => writer.Upsert(_body!, conditions),
            BatchOperationType.Replace => writer.Replace(PartitionKey, _operation.Id!, _body!, conditions),
            BatchOperationType.Patch => writer.Patch(PartitionKey, _operation.Id!, _patch!, conditions),
            BatchOperationType.Delete => writer.Delete(PartitionKey, _operation.Id!, conditions),
            // A read that names the current tag in either condition is told that nothing has changed.
            _ => writer.Read(PartitionKey, _operation.Id!, _operation.IfNoneMatch ?? _operation.IfMatch),
        };
    }

    private Refusal? Prepare(ContainerState container, out DocumentBody? body, out PatchRequest? patch)
    {
        body = null;
        patch = null;
        switch (_operation.Type)
        {
            case BatchOperationType.Read or BatchOperationType.Delete:
                return null;
            case BatchOperationType.Patch:
                patch = PatchRequest.TryParse(_operation.Body, out var error);
                return patch is null ? Refusal.BadRequest(error) : null;
            case BatchOperationType.Create or BatchOperationType.Upsert or BatchOperationType.Replace:
                if (!DocumentBody.TryParse(container, _operation.Body, out body, out var refusal))
                    return refusal;
                if (!body.PartitionKey.AsSpan().SequenceEqual(PartitionKey))
                    return Refusal.WrongPartitionKey;
                return _operation.Type == BatchOperationType.Replace && _operation.Id != body.Id ? ItemOperations.OtherId : null;
            default:
                return Refusal.NotSupported($"operations of type {(int)_operation.Type} in a batch");
        }
    }
}
