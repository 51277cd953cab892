using System.Globalization;
using System.Runtime.InteropServices;
using LocalPlatform.Cosmos;
using LocalPlatform.Storage;

namespace LocalPlatform.Commands;

/// <summary>The Cosmos gateway as a process of its own, for <c>func start</c> and for clients in other languages.</summary>
internal static class CosmosCommand
{
    public const string Usage = "cosmos [--port 8081] [--data .local/cosmos] [--ranges 1]";

    public static async Task<int> RunAsync(CommandArguments arguments)
    {
        var port = arguments.Port(8081);
        var ranges = arguments.Last("ranges") is not { } text ? 1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 64 ? count
            : throw new FormatException($"--ranges '{text}' is not a number from 1 to 64.");
        using var data = DataDirectory.Acquire(arguments.Last("data") ?? Path.Combine(".local", "cosmos"));
        await using var store = CosmosStore.Open(
            data.File("cosmos.db"), TimeProvider.System, new CosmosStoreOptions { PartitionKeyRanges = ranges });
        await using var listener = await CosmosListener.StartAsync(store, port);
        Console.WriteLine($"Cosmos gateway on {listener.Endpoint}, data in {data.Path}");
        Console.WriteLine($"Connection string (gateway mode): {listener.ConnectionString}");
        await ShutdownSignalAsync();
        return 0;
    }

    private static async Task ShutdownSignalAsync()
    {
        var stop = new TaskCompletionSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await stop.Task;
    }
}
