using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;

namespace LocalPlatform.Bench;

/// <summary>
/// An orchestration of four trivial activities, from the start to the end being told, with durable history. One at a time is mostly
/// the time of its five flushes to disk; 64 at once share them.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Throughput, warmupCount: 10, iterationCount: 10)]
public class DurableBenchmarks
{
    private const int AtOnce = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("durable-bench-").FullName;
    private DurableHub _hub = null!;
    private long _number;

    [GlobalSetup]
    public async Task SetUpAsync() => _hub = await DurableHub.StartAsync(Path.Combine(_folder, "taskhub.db"));

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public Task OrchestrationOfFourActivities() => DurableScenario.RunOneAsync(_hub.Client, Interlocked.Increment(ref _number));

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public Task OrchestrationsOfFourActivities64AtOnce() =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => OrchestrationOfFourActivities()));
}
