using System.CommandLine;
using Commerce.Cli;
using Commerce.Scale.FlashSale;
using Commerce.Scale.Model;
using Commerce.Scale.Reports;
using Spectre.Console;

namespace Commerce.Scale.Cli;

/// <summary>Simulates a sale of one product.</summary>
internal sealed class FlashSaleCommand(IAnsiConsole console)
{
    private const int InstancesMax = 1000;

    private readonly Option<int[]> _instances = new("--instances")
    {
        Description = "Instances that run activities; several, each gets a run.",
        DefaultValueFactory = _ => [1, 2, 4, 8, 16, 32, 64],
        AllowMultipleArgumentsPerToken = true,
        HelpName = "n ...",
    };

    private readonly Option<int> _buyers = new Option<int>("--buyers")
    {
        Description = "Who want a piece each.",
        DefaultValueFactory = _ => 30_000,
        HelpName = "n",
    }.Between(1, 1_000_000);

    private readonly Option<double> _rate = new Option<double>("--rate")
    {
        Description = "Buyers a second.",
        DefaultValueFactory = _ => 4_000,
        HelpName = "n",
    }.Between(0.1, 1_000_000);

    private readonly Option<int> _stock = new Option<int>("--stock")
    {
        Description = "Pieces.",
        DefaultValueFactory = _ => 25_000,
        HelpName = "n",
    }.Between(0, 1_000_000_000);

    private readonly Option<int> _shards = new Option<int>("--shards")
    {
        Description = "Partitions that the stock lies in; more than one is compared with one.",
        DefaultValueFactory = _ => 1,
        HelpName = "n",
    }.Between(1, 100);

    private readonly Option<int?> _places = new Option<int?>("--places")
    {
        Description = "Activities at a time in an instance; without it as in the model.",
        HelpName = "n",
    }.Between(1, 5_000);

    private readonly Option<ShardChoice> _shardBy = new("--shard-by")
    {
        Description = "What says which shard a buyer's line is decided in first.",
        DefaultValueFactory = _ => ShardChoice.Buyer,
    };

    private readonly Option<double?> _operationMs = new Option<double?>("--operation-ms")
    {
        Description = "Time of each operation of a batch after the first; without it as in the model.",
        HelpName = "ms",
    }.Between(0, 100);

    private readonly Option<int> _seed = new Option<int>("--seed")
    {
        Description = "The same seed gives the same sale.",
        DefaultValueFactory = _ => 1,
        HelpName = "n",
    }.Between(0, int.MaxValue);

    private readonly Outputs _outputs = new(console);

    public Command Build()
    {
        _instances.That(AreInstances, $"must be from 1 to {InstancesMax} each, and rise");
        var command = new Command("flash-sale", "Simulates a sale of one product by more and more instances.");
        foreach (var option in new Option[] { _instances, _buyers, _rate, _stock, _shards, _shardBy, _places, _operationMs, _seed })
            command.Options.Add(option);
        _outputs.AddTo(command);
        command.SetAction(parsed =>
        {
            var model = ModelFile.Read(_outputs.ModelPath(parsed));
            if (parsed.GetValue(_operationMs) is { } operationMs)
                model = model.WithBatchOperationMs(operationMs);
            var places = parsed.GetValue(_places) ?? (int)model.Groups.Durable.Places;
            var options = new SaleOptions(
                parsed.GetValue(_buyers), parsed.GetValue(_rate), parsed.GetValue(_stock), Instances: 1, places,
                Shards: 1, parsed.GetValue(_shardBy), (ulong)parsed.GetValue(_seed));
            var shards = new[] { 1, parsed.GetValue(_shards) }.Distinct();
            var instances = parsed.GetRequiredValue(_instances);
            var sweeps = shards.Select(count => Sweep.Of(model, options with { Shards = count }, instances)).ToList();
            _outputs.Write(parsed, SaleTables.Report(model, sweeps));
            return ExitCode.Done;
        });
        return command;
    }

    private static bool AreInstances(int[]? given) =>
        given is { Length: > 0 }
        && given.All(static count => count is >= 1 and <= InstancesMax)
        && given.Zip(given.Skip(1)).All(static pair => pair.First < pair.Second);
}
