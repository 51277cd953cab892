using System.Diagnostics;
using System.Globalization;
using LocalPlatform.Durable;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Bench;

/// <summary>An orchestration of four trivial activities, from start to the end being told, with durable history.</summary>
internal static class DurableScenario
{
    private static readonly TimeSpan PurgeStep = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(TimeSpan duration, int clients)
    {
        var folder = Directory.CreateTempSubdirectory("durable-bench-");
        var file = Path.Combine(folder.FullName, "taskhub.db");
        try
        {
            await using var hub = await DurableHub.StartAsync(file);
            await Measurement.RunAsync("orchestration of four activities", duration, clients, (_, i) => RunOneAsync(hub.Client, i));
            Console.WriteLine($"file: {new FileInfo(file).Length / 1024:n0} KB, log: {new FileInfo(file + "-wal").Length / 1024:n0} KB");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// A hundred thousand orchestrations that wait for an event: what a restart with them takes, and how fast one answers.
    /// </summary>
    public static async Task RunWaitingAsync(int waiting)
    {
        var folder = Directory.CreateTempSubdirectory("durable-bench-");
        var file = Path.Combine(folder.FullName, "taskhub.db");
        try
        {
            await using (var hub = await DurableHub.StartAsync(file))
            {
                foreach (var part in Enumerable.Range(0, waiting).Chunk(5_000))
                {
                    await Task.WhenAll(part.Select(i => hub.Client.ScheduleNewOrchestrationInstanceAsync(
                        "Waits", new Order(i, "P-1", 3), new StartOrchestrationOptions($"w{i}"))));
                }
            }
            GC.Collect();
            var clock = Stopwatch.StartNew();
            await using (var hub = await DurableHub.StartAsync(file))
            {
                await hub.Client.RaiseEventAsync($"w{waiting / 2}", "go", 1);
                await hub.Client.WaitForInstanceCompletionAsync($"w{waiting / 2}");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{waiting:n0} waiting: start to first answer {clock.Elapsed.TotalMilliseconds:n0} ms, "
                    + $"managed memory {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:n1} MB, "
                    + $"file {new FileInfo(file).Length / waiting:n0} bytes each"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// A hub with a history of so many orchestrations that have ended: what it takes to start with it and to purge it, a client's memory
    /// included.
    /// </summary>
    public static async Task RunPurgeAsync(int ended)
    {
        var folder = Directory.CreateTempSubdirectory("durable-bench-");
        var (file, options) = (Path.Combine(folder.FullName, "taskhub.db"), new DurableOptions { MaxCompletedInstances = int.MaxValue });
        try
        {
            await using (var hub = await DurableHub.StartAsync(file, options))
            {
                foreach (var part in Enumerable.Range(0, ended).Chunk(1_000))
                    await Task.WhenAll(part.Select(i => RunOneAsync(hub.Client, i)));
            }
            GC.Collect();
            var clock = Stopwatch.StartNew();
            await using (var hub = await DurableHub.StartAsync(file, options))
            {
                await RunOneAsync(hub.Client, ended);
                var started = clock.Elapsed;
                var (before, most) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
                clock.Restart();
                var (steps, purged) = (0, 0);
                await using (new Timer(_ => most = Math.Max(most, GC.GetTotalMemory(false)), null, 0, 50))
                {
                    for (var isComplete = false; !isComplete; steps++)
                    {
                        var everything = new PurgeInstancesFilter(CreatedTo: DateTimeOffset.MaxValue) { Timeout = PurgeStep };
                        var step = await hub.Client.PurgeAllInstancesAsync(everything);
                        (isComplete, purged) = (step.IsComplete ?? true, purged + step.PurgedInstanceCount);
                    }
                }
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{ended:n0} ended: start to first answer {started.TotalMilliseconds:n0} ms; {purged:n0} purged in "
                    + $"{clock.Elapsed.TotalSeconds:n1} s, {steps} steps of {PurgeStep.TotalSeconds:n0} s at most, "
                    + $"managed memory {Math.Max(0, most - before) / 1e6:n0} MB at most"));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Starts an orchestration of four activities and waits to be told of its end.</summary>
    public static async Task RunOneAsync(DurableTaskClient client, long number)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("FourSteps", new Order(number, "P-1", 3));
        var ended = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{id} ended as {ended.RuntimeStatus}: {ended.FailureDetails}");
    }
}
