using System.Diagnostics;
using System.Globalization;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Bench;

/// <summary>An orchestration of four trivial activities, from start to the end being told, with durable history.</summary>
internal static class DurableScenario
{
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

    /// <summary>A hundred thousand orchestrations that wait for an event: what a restart with them takes, and how fast one answers.</summary>
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

    /// <summary>Starts an orchestration of four activities and waits to be told of its end.</summary>
    public static async Task RunOneAsync(DurableTaskClient client, long number)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("FourSteps", new Order(number, "P-1", 3));
        var ended = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{id} ended as {ended.RuntimeStatus}: {ended.FailureDetails}");
    }
}
