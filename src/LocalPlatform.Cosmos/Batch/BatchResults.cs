using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Items;
using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;

namespace LocalPlatform.Cosmos.Batch;

/// <summary>Writes the results of a batch, one record each, in the order of the operations.</summary>
internal static class BatchResults
{
    private const int RecordSizeGuess = 512;

    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(
        ContainerState container, IReadOnlyList<PreparedOperation> operations, ItemResult[] results)
    {
        var stream = new MemoryStream(RecordSizeGuess * results.Length);
        var resizer = new MemorySpanResizer<byte>(RecordSizeGuess);
        ReadOnlyMemory<byte> record;
        await stream.WriteRecordIOAsync(
            default,
            (long index, out ReadOnlyMemory<byte> buffer) =>
            {
                buffer = default;
                if (index >= results.Length)
                    return Result.Success;
                var status = Encode(container, operations[(int)index], results[(int)index], resizer, out record);
                buffer = record;
                return status;
            });
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }

    private static Result Encode(
        ContainerState container,
        PreparedOperation operation,
        ItemResult result,
        MemorySpanResizer<byte> resizer,
        out ReadOnlyMemory<byte> record)
    {
        var row = new RowBuffer(resizer.Memory.Length, resizer);
        row.InitLayout(HybridRowVersion.V1, BatchSchema.Result, BatchSchema.Resolver);
        var status = RowWriter.WriteBuffer(ref row, (result, BodyOf(container, operation, result)), Write);
        record = resizer.Memory[..row.Length];
        return status;
    }

    private static ReadOnlyMemory<byte> BodyOf(ContainerState container, PreparedOperation operation, ItemResult result)
    {
        if (result.Refusal is not null)
            return result.Refusal.ToJson();
        return result.Document is null || result.Status == 304 || operation.MinimalResponse ? default : result.Document.Render(container);
    }

    private static Result Write(ref RowWriter writer, TypeArgument type, (ItemResult Result, ReadOnlyMemory<byte> Body) state)
    {
        var result = writer.WriteInt32("statusCode", state.Result.Status);
        if (result == Result.Success && state.Result.Refusal is { SubStatus: not 0 } refusal)
            result = writer.WriteInt32("subStatusCode", refusal.SubStatus);
        if (result == Result.Success && state.Result.Document is { } document)
            result = writer.WriteString("eTag", document.ETag);
        if (result == Result.Success && !state.Body.IsEmpty)
            result = writer.WriteBinary("resourceBody", state.Body.Span);
        return result == Result.Success ? writer.WriteFloat64("requestCharge", state.Result.RequestCharge) : result;
    }
}
