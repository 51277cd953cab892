using System.Runtime.InteropServices;
using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;

namespace LocalPlatform.Cosmos.Batch;

/// <summary>The protocol's numbers of operations that may stand in a batch.</summary>
internal enum BatchOperationType
{
    Create = 0,
    Patch = 1,
    Read = 2,
    Delete = 4,
    Replace = 5,
    Upsert = 20,
}

/// <summary>One operation of a batch as it came over the wire.</summary>
internal sealed class BatchOperation
{
    public BatchOperationType Type { get; private set; }

    public string? PartitionKey { get; private set; }

    public string? Id { get; private set; }

    public ReadOnlyMemory<byte> Body { get; private set; }

    public string? IfMatch { get; private set; }

    public string? IfNoneMatch { get; private set; }

    public bool MinimalResponse { get; private set; }

    /// <summary>Reads the stream of operations; null when it is none.</summary>
    public static async ValueTask<List<BatchOperation>?> ReadAllAsync(ReadOnlyMemory<byte> body)
    {
        var operations = new List<BatchOperation>();
        using var stream = MemoryMarshal.TryGetArray(body, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false);
        var result = await stream.ReadRecordIOAsync(
            (ReadOnlyMemory<byte> record) =>
            {
                var operation = new BatchOperation();
                operations.Add(operation);
                return operation.Read(record);
            },
            resizer: new MemorySpanResizer<byte>(body.Length));
        return result == Result.Success ? operations : null;
    }

    private Result Read(ReadOnlyMemory<byte> record)
    {
        var reader = new RowReader(record, HybridRowVersion.V1, BatchSchema.Resolver);
        while (reader.Read())
        {
            var result = ReadField(ref reader);
            if (result != Result.Success)
                return result;
        }
        return Result.Success;
    }

    private Result ReadField(ref RowReader reader)
    {
        Result result;
        switch (reader.Path.ToString())
        {
            case "operationType":
                result = reader.ReadInt32(out var type);
                Type = (BatchOperationType)type;
                return result;
            case "partitionKey":
                result = reader.ReadString(out string partitionKey);
                PartitionKey = partitionKey;
                return result;
            case "id":
                result = reader.ReadString(out string id);
                Id = id;
                return result;
            case "resourceBody":
                result = reader.ReadBinary(out byte[] body);
                Body = body;
                return result;
            case "ifMatch":
                result = reader.ReadString(out string ifMatch);
                IfMatch = ifMatch;
                return result;
            case "ifNoneMatch":
                result = reader.ReadString(out string ifNoneMatch);
                IfNoneMatch = ifNoneMatch;
                return result;
            case "minimalReturnPreference":
                result = reader.ReadBool(out var minimal);
                MinimalResponse = minimal;
                return result;
            default:
                return Result.Success;
        }
    }
}
