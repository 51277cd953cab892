using System.CommandLine;
using System.Diagnostics;
using Commerce.Bench.Storage;
using Commerce.Load.Reports;
using LocalPlatform.Cosmos;
using Microsoft.Azure.Cosmos;

var clients = new Option<int>("--clients") { DefaultValueFactory = _ => 32, Description = "Operations in flight at once." };
var seconds = new Option<double>("--seconds")
{
    DefaultValueFactory = _ => 10,
    Description = "Seconds measured of each operation, after 15 of warm-up."
};
var data = new Option<DirectoryInfo>("--data") { Required = true, Description = "Folder for the store; it is created." };
var report = new Option<FileInfo>("--report") { Required = true, Description = "Where the report goes." };
var ceilingCommand = new Command("ceiling",
    "The ceiling of storage: the Cosmos SDK against the local gateway, without the shop.") { clients, seconds, data, report };
ceilingCommand.SetAction(async parsed =>
{
    var folder = Directory.CreateDirectory(parsed.GetRequiredValue(data).FullName);
    await using var store = CosmosStore.Open(Path.Combine(folder.FullName, "cosmos.db"), TimeProvider.System);
    using var handler = new CosmosGatewayHandler(store);
    using var client = new CosmosClient(LocalCosmos.ConnectionString, new CosmosClientOptions().UseLocalCosmos(handler));
    Database database = await client.CreateDatabaseIfNotExistsAsync("ceiling");
    Container container = await database.CreateContainerIfNotExistsAsync("documents", "/scope");

    var startedAt = DateTimeOffset.UtcNow;
    var measured = TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds));
    var ceiling = new StorageCeiling(container, parsed.GetRequiredValue(clients), measured);
    var operations = await ceiling.MeasureAsync();
    new RunReport(
        "storage", LocalCosmos.ConnectionString.Split(';')[0], startedAt, Machine.Current,
        new Drive(parsed.GetRequiredValue(clients), null, 15, measured.TotalSeconds, null), operations, ceiling.Failures, ceiling.Samples,
            null)
        .Save(parsed.GetRequiredValue(report).FullName);
    foreach (var operation in operations)
        Console.WriteLine($"{operation.Name}: {operation.PerSecond:N0}/s, p50 {Tables.Milliseconds(operation.Latency.P50Ms)} ms, p99 "
            + $"{Tables.Milliseconds(operation.Latency.P99Ms)} ms");
    foreach (var (failure, count) in ceiling.Failures)
        Console.WriteLine($"failed: {count:N0}, {failure}");
    return ceiling.Failures.Count == 0 ? 0 : 1;
});

var shop = new Argument<string>("shop") { Description = "The shop's executable." };
var orders = new Option<int>("--orders") { DefaultValueFactory = _ => 1_000, Description = "Orders to average over." };
var costCommand = new Command("order-cost",
    "What one order costs: storage operations by kind, request units, history, bytes written.") { shop, orders, data };
costCommand.SetAction(parsed => new OrderCost(
    Path.GetFullPath(parsed.GetRequiredValue(shop)), parsed.GetRequiredValue(data).FullName, parsed.GetRequiredValue(orders))
        .RunAsync(Console.Out));

var history = new Option<int>("--orders") { DefaultValueFactory = _ => 1_000_000, Description = "Orders to write." };
var products = new Option<int>("--products") { Description = "Products to write besides, which nobody has bought." };
var entries = new Option<int>("--entries") { Description = "Entries of one user's ledger to write besides." };
var fillCommand = new Command("fill",
    "Writes the data folder of a shop with a history: documents that agree, made without the shop.") { history, products, entries, data };
fillCommand.SetAction(async (parsed, ct) =>
{
    var folder = Directory.CreateDirectory(parsed.GetRequiredValue(data).FullName);
    var documents = await StoreFill.RunAsync(folder, TimeSpan.FromDays(30), "", async fill =>
    {
        await fill.RunAsync(parsed.GetValue(history), ct);
        await fill.WidenAsync(parsed.GetValue(products), parsed.GetValue(entries), ct);
    });
    Console.WriteLine($"{documents:N0} documents of {parsed.GetValue(history):N0} orders");
});

var historyCommand = new Command("history",
    "What grows with history, on a folder that was filled: time, requests, request units, memory.") { data };
historyCommand.SetAction(async (parsed, ct) =>
{
    var opening = Stopwatch.StartNew();
    await using var store = CosmosStore.Open(Path.Combine(parsed.GetRequiredValue(data).FullName, "cosmos.db"), TimeProvider.System);
    Console.WriteLine($"opened in {opening.Elapsed.TotalSeconds:0.0} s\n");
    await using var history = new HistoryCost(store, Console.Out);
    await history.RunAsync(ct);
});

var narrow = new Option<DirectoryInfo>("--narrow") { Required = true, Description = "The same of a shop with few products." };
var cliffsCommand = new Command("cliffs",
    "What a buyer waits for right after a start, while the shop catches up or is audited, and where it has much.") { shop, data, narrow };
cliffsCommand.SetAction(async (parsed, ct) =>
{
    var path = Path.GetFullPath(parsed.GetRequiredValue(shop));
    var folder = parsed.GetRequiredValue(data);
    await using var few = await MeasuredShop.StartAsync(path, parsed.GetRequiredValue(narrow).FullName);
    await using (var many = await MeasuredShop.StartAsync(path, folder.FullName))
        await new Cliffs(many, few, Console.Out).RunAsync(ct);
    await StoreFill.RunAsync(folder, TimeSpan.FromHours(1), "hour-", fill => fill.RunAsync(Cliffs.OrdersOfAnHour, ct));
    await using var again = await MeasuredShop.StartAsync(path, folder.FullName);
    await new Cliffs(again, few, Console.Out).StartAgainAsync(ct);
});

return await new RootCommand("Measures of the storage below the shop.") { ceilingCommand, costCommand, fillCommand,
    historyCommand, cliffsCommand }.Parse(args).InvokeAsync();
