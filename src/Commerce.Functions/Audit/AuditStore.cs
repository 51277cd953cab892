using Commerce.Functions.Cosmos;
using Commerce.Shared.Audit;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Audit;

/// <summary>The one document of the audit.</summary>
public sealed class AuditStore(CommerceDatabase database)
{
    private static readonly PartitionKey Key = new(AuditCheckpoint.DocumentId);

    private readonly Container _container = database[CommerceDatabase.Ranking];

    public Task<AuditCheckpoint?> FindAsync(CancellationToken ct) =>
        _container.FindAsync<AuditCheckpoint>(AuditCheckpoint.DocumentId, Key, ct);

    /// <summary>Writes the checkpoint if it is still as it was read (or absent). Null: it is not; another run is faster.</summary>
    public Task<AuditCheckpoint?> TryWriteAsync(AuditCheckpoint next, CancellationToken ct) => _container.TryWriteAsync(next, Key, ct);
}
