using System.Text;
using Commerce.Load.Measuring;
using Microsoft.Azure.Cosmos;

namespace Commerce.Bench.Storage;

/// <summary>
/// What the storage gives when nothing stands above it: the Cosmos SDK against the local gateway, in the calls that the shop
/// is made of (upsert, the batch of a guarded change and its record, point read), over <see cref="Partitions"/> partitions.
/// </summary>
internal sealed class StorageCeiling(Container container, int clients, TimeSpan duration)
{
    private const int Partitions = 1_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly ItemRequestOptions NoContent = new() { EnableContentResponseOnWrite = false };
    private static readonly TransactionalBatchItemRequestOptions NoContentInBatch = new() { EnableContentResponseOnWrite = false };
    private static readonly TransactionalBatchPatchItemRequestOptions NoContentInPatch = new() { EnableContentResponseOnWrite = false };
    private readonly List<OperationSummary> _operations = [];
    private readonly List<Sample> _samples = [];
    private readonly List<KeyValuePair<string, long>> _failures = [];
    private long _records;

    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>What the storage refused, by its answer. A ceiling with failures is none.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Failures => _failures;

    public async Task<IReadOnlyList<OperationSummary>> MeasureAsync()
    {
        for (var partition = 0; partition < Partitions; partition++)
            await UpsertAsync(partition);
        (string Name, Func<int, Task<string?>> Run)[] operations = [("upsert", UpsertAsync), ("batch", ChangeWithRecordAsync),
            ("point read", ReadAsync)];
        // All of them first: the SDK's pipeline, which they share, is compiled at its final tier before anything is measured.
        foreach (var (name, run) in operations)
            await DriveAsync(new Meter([name], TimeProvider.System), WarmUp, run);
        foreach (var (name, run) in operations)
            await MeasureAsync(name, run);
        return _operations;
    }

    private async Task MeasureAsync(string name, Func<int, Task<string?>> operation)
    {
        var meter = new Meter([name], TimeProvider.System);
        using var self = new ServerProcess(Environment.ProcessId);
        self.Begin();
        await DriveAsync(meter, duration, operation);
        var use = self.End(meter.CountAll());
        _samples.Add(meter.TakeSample());
        _operations.AddRange(meter.Summarise(meter.Elapsed).Select(summary => summary with { CpuMs = use.CpuMsPerRequest }));
        _failures.AddRange(meter.Kinds);
    }

    private Task DriveAsync(Meter meter, TimeSpan length, Func<int, Task<string?>> operation) =>
        Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client + 1);
            while (meter.Elapsed < length)
            {
                var startedAt = TimeProvider.System.GetTimestamp();
                var failure = await operation(random.Next(Partitions));
                meter.Record(0, TimeProvider.System.GetElapsedTime(startedAt), failure is null ? Outcome.Ok : Outcome.Failed, failure);
            }
        })));

    private async Task<string?> UpsertAsync(int partition)
    {
        using var body = Document("head", partition);
        using var answer = await container.UpsertItemStreamAsync(body, Key(partition), NoContent);
        return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {answer.ErrorMessage}";
    }

    private async Task<string?> ChangeWithRecordAsync(int partition)
    {
        using var record = Document($"record-{Interlocked.Increment(ref _records)}", partition);
        using var answer = await container.CreateTransactionalBatch(Key(partition))
            .PatchItem("head", [PatchOperation.Increment("/amount", 1)], NoContentInPatch)
            .CreateItemStream(record, NoContentInBatch)
            .ExecuteAsync();
        return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {answer.ErrorMessage}";
    }

    private async Task<string?> ReadAsync(int partition)
    {
        using var answer = await container.ReadItemStreamAsync("head", Key(partition));
        return answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {answer.ErrorMessage}";
    }

    private static PartitionKey Key(int partition) => new($"partition-{partition}");

    /// <summary>About 300 bytes, as an account, a product or a ledger entry has.</summary>
    private static MemoryStream Document(string id, int partition) => new(Encoding.UTF8.GetBytes(
        $$"""{"id":"{{id}}","scope":"partition-{{partition}}","amount":1000,"name":"{{new string('n', 200)}}","createdAt":"2026-01-01T00:00:00Z"}"""));
}
