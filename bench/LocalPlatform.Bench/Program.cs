using System.Globalization;
using BenchmarkDotNet.Running;
using LocalPlatform.Bench;

// Benchmarks measure time and allocations of single calls, `dotnet run -c Release -- cosmos`;
// scenarios what closed-loop clients get done, `dotnet run -c Release -- durable 10 32`.
var name = args.FirstOrDefault() ?? "help";
var benchmarks = name switch
{
    "cosmos" => typeof(CosmosBenchmarks),
    "orchestrations" => typeof(DurableBenchmarks),
    "messages" => typeof(ServiceBusBenchmarks),
    _ => null,
};
if (benchmarks is not null)
{
    BenchmarkRunner.Run(benchmarks, args: args[1..]);
    return 0;
}
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10;
var clients = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 32;
switch (name)
{
    case "durable":
        await DurableScenario.RunAsync(TimeSpan.FromSeconds(seconds), clients);
        return 0;
    case "durable-waiting":
        await DurableScenario.RunWaitingAsync(100_000);
        return 0;
    case "durable-purge":
        await DurableScenario.RunPurgeAsync(100_000);
        return 0;
    case "storage":
        await StorageScenario.RunAsync(TimeSpan.FromSeconds(seconds), clients);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: LocalPlatform.Bench cosmos|orchestrations|messages [options of BenchmarkDotNet], "
            + "or: durable|durable-waiting|durable-purge|storage [seconds = 10] [clients = 32]");
        return 2;
}
