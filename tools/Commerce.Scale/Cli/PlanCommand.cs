using System.CommandLine;
using Commerce.Cli;
using Commerce.Scale.Model;
using Commerce.Scale.Plan;
using Commerce.Scale.Reports;
using Spectre.Console;

namespace Commerce.Scale.Cli;

/// <summary>Computes a load through.</summary>
internal sealed class PlanCommand(IAnsiConsole console)
{
    private readonly Option<double> _rate = new Option<double>("--rate")
    {
        Description = "Orders a second in the busy hours.",
        DefaultValueFactory = _ => 100,
        HelpName = "n",
    }.Between(0.001, 1_000_000);

    private readonly Option<double> _peak = new Option<double>("--peak")
    {
        Description = "How much more that is than the month's mean.",
        DefaultValueFactory = _ => 3,
        HelpName = "n",
    }.Between(1, 24);

    private readonly Option<int?> _lines = new Option<int?>("--lines")
    {
        Description = "Lines of every order; without it as in the baskets.",
        HelpName = "n",
    }.Between(1, 1200);

    private readonly Option<double?> _hotShare = new Option<double?>("--hot-share")
    {
        Description = "Share of orders that have the most popular product; without it as in the baskets.",
        HelpName = "0..1",
    }.Between(0.0, 1.0);

    private readonly Option<double> _buyers = new Option<double>("--buyers")
    {
        Description = "Who order, equally often.",
        DefaultValueFactory = _ => 100_000,
        HelpName = "n",
    }.Between(1, 1e10);

    private readonly Option<double> _reads = new Option<double>("--reads")
    {
        Description = "Product pages looked at for each order.",
        DefaultValueFactory = _ => 1,
        HelpName = "n",
    }.Between(0, 10_000);

    private readonly Option<string> _baskets = new("--baskets")
    {
        Description = "Real baskets, one a line.",
        DefaultValueFactory = _ => Baskets.DefaultPath,
        HelpName = "file.csv",
    };

    private readonly Option<string> _tier = new Option<string>("--tier")
    {
        Description = "Sizes as deployed.",
        DefaultValueFactory = _ => "prod",
    }.AcceptOnlyFromAmong("dev", "prod");

    private readonly Option<DurableBackend> _durable = new("--durable")
    {
        Description = "Where Durable keeps its state.",
        DefaultValueFactory = _ => DurableBackend.Storage,
    };

    private readonly Outputs _outputs = new(console);

    public Command Build()
    {
        var command = new Command("plan", "What a load uses, what is used up first, and what a month costs.");
        foreach (var option in new Option[] { _rate, _peak, _lines, _hotShare, _buyers, _reads, _baskets, _tier, _durable })
            command.Options.Add(option);
        _outputs.AddTo(command);
        command.SetAction(parsed =>
        {
            var model = ModelFile.Read(_outputs.ModelPath(parsed));
            var tier = parsed.GetRequiredValue(_tier);
            var plan = PlanReport.Of(model, Traffic(parsed), new Deployment(tier, model.Tiers[tier], parsed.GetValue(_durable)));
            _outputs.Write(parsed, PlanTables.Report(plan));
            return ExitCode.Done;
        });
        return command;
    }

    private Traffic Traffic(ParseResult parsed)
    {
        var baskets = Baskets.Read(parsed.GetRequiredValue(_baskets));
        if (parsed.GetValue(_lines) is { } lines)
            baskets = baskets.WithLines(lines);
        if (parsed.GetValue(_hotShare) is { } share)
            baskets = baskets.WithHotShare(share);
        return new(parsed.GetValue(_rate), parsed.GetValue(_peak), baskets, parsed.GetValue(_buyers), parsed.GetValue(_reads));
    }
}
