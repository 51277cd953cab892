using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using LocalPlatform.ServiceBus;

namespace LocalPlatform.Bench;

/// <summary>
/// A message of half a kilobyte sent, received under a lock and completed: three writes. One at a time is mostly the time of their
/// flushes to disk; 64 at once share them.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(RunStrategy.Throughput, warmupCount: 10, iterationCount: 10)]
public class ServiceBusBenchmarks
{
    private const int AtOnce = 64;
    private const string Queue = "orders";

    private static readonly OutgoingMessage Message = new(Queue, new byte[500]) { ContentType = "application/json" };

    private readonly string _folder = Directory.CreateTempSubdirectory("servicebus-bench-").FullName;
    private ServiceBusBroker _broker = null!;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _broker = ServiceBusBroker.Open(Path.Combine(_folder, "servicebus.db"), new ServiceBusOptions(), TimeProvider.System);
        await _broker.EnsureQueueAsync(Queue);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public async Task SendReceiveComplete()
    {
        await _broker.SendAsync([Message]);
        await _broker.CompleteAsync(await _broker.ReceiveAsync(Queue, 1, CancellationToken.None));
    }

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public Task SendReceiveComplete64AtOnce() => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendReceiveComplete()));
}
