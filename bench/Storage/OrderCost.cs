using System.Diagnostics;
using System.Globalization;
using Commerce.Load.Cli;
using LocalPlatform.Cosmos;
using Microsoft.Data.Sqlite;
using Spectre.Console;

namespace Commerce.Bench.Storage;

/// <summary>
/// What one order costs: the difference between a long and a short run of the same load, so that start, set-up and what runs
/// anyway cancel out. Deliveries and the ranking run as always and are part of it.
/// </summary>
internal sealed class OrderCost(string shopPath, string folder, int orders)
{
    private const int OrdersBefore = 200;
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(5);

    private sealed record Reading(IReadOnlyDictionary<string, OperationCount> Operations, long BytesWritten, long Steps, long HistoryBytes);

    public async Task RunAsync(TextWriter output)
    {
        await using var store = CosmosStore.Open(Path.Combine(Directory.CreateDirectory(folder).FullName, "counted.db"),
            TimeProvider.System);
        await using var gateway = await CountingGateway.StartAsync(store);
        var url = ShopProcess.FreeUrl();
        using var shop = StartShop(gateway.ConnectionString, url);
        try
        {
            await ShopProcess.WaitUntilReadyAsync(url);
            await OrderAsync(url, OrdersBefore);
            var before = await ReadAsync(gateway, shop.Id);
            await OrderAsync(url, OrdersBefore + orders);
            var setUpAndOrders = await ReadAsync(gateway, shop.Id);
            await OrderAsync(url, OrdersBefore);
            var after = await ReadAsync(gateway, shop.Id);
            Write(output, before, setUpAndOrders, after);
        }
        finally
        {
            shop.Kill();
            await shop.WaitForExitAsync();
        }
    }

    /// <summary>(set-up and N + M orders) less (set-up and M orders), by N.</summary>
    private void Write(TextWriter output, Reading before, Reading middle, Reading after)
    {
        double Each(Func<Reading, double> value) => (value(middle) - value(before) - (value(after) - value(middle))) / orders;
        output.WriteLine("| per order (1 line) | requests | RU |\n|---|--:|--:|");
        foreach (var kind in after.Operations.Keys.Order(StringComparer.Ordinal))
        {
            var requests = Each(reading => reading.Operations.GetValueOrDefault(kind)?.Requests ?? 0);
            var units = Each(reading => reading.Operations.GetValueOrDefault(kind)?.RequestUnits ?? 0);
            if (Math.Abs(requests) >= 0.005)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {requests:0.00} | {units:0.00} |"));
        }
        var total = Each(reading => reading.Operations.Values.Sum(count => count.Requests));
        var totalUnits = Each(reading => reading.Operations.Values.Sum(count => count.RequestUnits));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| **all** | **{total:0.00}** | **{totalUnits:0.00}** |\n"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"- durable history: {Each(reading => reading.Steps):0.00} steps, {Each(reading => reading.HistoryBytes):0} bytes"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"- written to disk by the app for durable and messaging (Cosmos is outside of it here): "
                + $"{Each(reading => reading.BytesWritten) / 1024:0.0} KB"));
    }

    private async Task<Reading> ReadAsync(CountingGateway gateway, int shop)
    {
        // Deliveries trail the orders; they belong to them.
        await Task.Delay(SettleTime);
        var written = File.ReadLines($"/proc/{shop}/io").First(line => line.StartsWith("write_bytes", StringComparison.Ordinal));
        var (steps, bytes) = History();
        return new Reading(gateway.Counts, long.Parse(written.Split(' ')[1], CultureInfo.InvariantCulture), steps, bytes);
    }

    private (long Steps, long Bytes) History()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "shop"), "*.db", SearchOption.AllDirectories))
        {
            using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'history'";
            if ((long)command.ExecuteScalar()! == 0)
                continue;
            command.CommandText = "SELECT COUNT(*), COALESCE(SUM(LENGTH(turn)), 0) FROM history";
            using var reader = command.ExecuteReader();
            reader.Read();
            return (reader.GetInt64(0), reader.GetInt64(1));
        }
        return (0, 0);
    }

    private Process StartShop(string connectionString, string url) => ShopProcess.Start(shopPath, url, new()
    {
        ["Cosmos"] = connectionString,
        ["Commerce__CreateContainers"] = "true",
        ["LocalPlatform__DataPath"] = Path.Combine(folder, "shop"),
    });

    private static async Task OrderAsync(string url, int count)
    {
        using var quiet = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(quiet)
        });
        var arguments = $"order --spread --url {url} --clients 1 --warm-up 0 --users 50 --products 50 --no-audit --count {count}";
        if (await DriverProgram.RunAsync(arguments.Split(' '), console, TimeProvider.System) != ExitCode.Held)
            throw new InvalidOperationException(quiet.ToString());
    }
}
