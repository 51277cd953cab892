using Faults;
using LocalPlatform.Cosmos;
using Metered;

// The local Cosmos DB as a process of its own, in which each partition of the catalog has so many request units a second:
// Metered <folder> <units a second>. Its first line is the setting Cosmos of a shop that is to use it; it ends with its input.
await using var store = CosmosStore.Open(Path.Combine(args[0], "cosmos.db"), TimeProvider.System);
using var gateway = new CosmosGatewayHandler(store);
using var metered = new MeteredHandler("catalog", double.Parse(args[1]), TimeProvider.System) { InnerHandler = gateway };
await using var front = new HandlerFront(metered);
await front.StartAsync();
Console.WriteLine(front.ConnectionString);
await Console.In.ReadToEndAsync();
Console.WriteLine($"{metered.Refused} calls were sent away.");
