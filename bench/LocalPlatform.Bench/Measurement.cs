using System.Diagnostics;
using System.Globalization;

namespace LocalPlatform.Bench;

/// <summary>
/// Closed-loop clients that repeat an operation for a while, after a warm-up; what they did per second, and what it cost.
/// </summary>
internal static class Measurement
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string name, TimeSpan duration, int clients, Func<int, long, Task> operation)
    {
        await RepeatAsync(WarmUp, clients, operation);
        var allocated_bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        var latencies_ms = await RepeatAsync(duration, clients, operation);
        var elapsed = clock.Elapsed;
        latencies_ms.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {latencies_ms.Count / elapsed.TotalSeconds:n0}/s  "
            + $"p50 {latencies_ms[latencies_ms.Count / 2]:n1} ms  p99 {latencies_ms[latencies_ms.Count * 99 / 100]:n1} ms  "
            + $"cpu {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / latencies_ms.Count:n3} ms each  "
            + $"allocated {(GC.GetTotalAllocatedBytes(precise: true) - allocated_bytes) / latencies_ms.Count:n0} bytes each  "
            + $"({clients} clients, {elapsed.TotalSeconds:n0} s)"));
    }

    private static async Task<List<double>> RepeatAsync(TimeSpan duration, int clients, Func<int, long, Task> operation)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var latencies_ms = new List<double>();
            for (var i = 0L; Stopwatch.GetTimestamp() < end; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                await operation(client, i);
                latencies_ms.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
            return latencies_ms;
        })));
        return [.. all.SelectMany(latencies => latencies)];
    }
}
