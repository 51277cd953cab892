using LocalPlatform.Bench;

// One measured scenario a name; each prints throughput, latency and allocations. `dotnet run -c Release -- durable 10 32`
var scenario = args.FirstOrDefault() ?? "help";
var seconds = args.Length > 1 && scenario != "cosmos" ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 10;
var clients = args.Length > 2 && scenario != "cosmos" ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 32;
switch (scenario)
{
    case "durable":
        await DurableScenario.RunAsync(TimeSpan.FromSeconds(seconds), clients);
        return 0;
    case "durable-waiting":
        await DurableScenario.RunWaitingAsync(100_000);
        return 0;
    case "storage":
        await StorageScenario.RunAsync(TimeSpan.FromSeconds(seconds), clients);
        return 0;
    case "cosmos":
        BenchmarkDotNet.Running.BenchmarkRunner.Run<CosmosBenchmarks>(args: args[1..]);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: LocalPlatform.Bench durable|durable-waiting|storage [seconds = 10] [clients = 32], or: cosmos [options of BenchmarkDotNet]");
        return 2;
}
