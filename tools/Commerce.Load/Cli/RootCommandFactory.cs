using System.CommandLine;
using Commerce.Cli;
using Commerce.Load.Data;
using Commerce.Load.Load;
using Commerce.Load.Load.Scenarios;
using Commerce.Load.Reports;
using Spectre.Console;

namespace Commerce.Load.Cli;

/// <summary>The command line as a whole.</summary>
internal static class RootCommandFactory
{
    public static RootCommand Create(IAnsiConsole console, TimeProvider time)
    {
        var root = new RootCommand(
            """
            Drives a shop through its HTTP contract, measures it, and asks it for its audit.

            Exit codes: 0 the audit (for a replay the top five, for an outage the events, too) held, 1 it did not, 2 bad input, 3 the shop was not reachable.
            """);
        root.Subcommands.Add(new ReplayCommand(console, time).Build());
        root.Subcommands.Add(new OutageCommand(console, time).Build());
        Command Scenario(string name, string description, Func<IScenario> scenario) =>
            new ScenarioCommand(name, description, _ => scenario(), console, time).Build();
        root.Subcommands.Add(Scenario("charge", "Charges balances.", () => new ChargeScenario()));
        root.Subcommands.Add(Scenario("browse", "Reads pages of 20 products.", () => new BrowseScenario()));
        root.Subcommands.Add(Scenario("product", "Reads single products.", () => new ProductScenario()));
        root.Subcommands.Add(Order(console, time));
        root.Subcommands.Add(Scenario("cart", "Fills, changes and checks out carts.", () => new CartScenario()));
        root.Subcommands.Add(Scenario("top", "Reads the five best sellers.", () => new TopScenario()));
        root.Subcommands.Add(Scenario(
            "mix", "All of it, mostly looking: 30 % pages, 30 % products, 10 % top, 15 % cart, 10 % orders, 5 % charges.", () => new MixScenario()));
        root.Subcommands.Add(Convert(console));
        root.Subcommands.Add(Table());
        AddCompare(root, console);
        return root;
    }

    private static Command Order(IAnsiConsole console, TimeProvider time)
    {
        var spread = new Option<bool>("--spread") { Description = "One piece of a product chosen evenly (default)." };
        var hot = new Option<bool>("--hot") { Description = "One piece of one and the same product." };
        var zipf = new Option<bool>("--zipf") { Description = "One piece of a product chosen by Zipf's law." };
        var baskets = new Option<string?>("--baskets")
        {
            Description = "Whole baskets of a file (one a line); without a name samples/baskets.csv.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "file.csv",
        };
        var stock = new Option<int>("--stock")
        {
            Description = "Stock of the hot product, to see it sell out.",
            DefaultValueFactory = _ => ShopSetup.Stock,
            HelpName = "n",
        };
        stock.Between(0, 1_000_000_000);
        var shards = new Option<int>("--shards") { Description = "Shards over which the hot product's stock is spread.", HelpName = "n" };
        shards.Between(0, 16);
        IScenario Scenario(ParseResult parsed)
        {
            var shapes = new Dictionary<OrderShape, bool>
            {
                [OrderShape.Spread] = parsed.GetValue(spread),
                [OrderShape.Hot] = parsed.GetValue(hot),
                [OrderShape.Zipf] = parsed.GetValue(zipf),
                [OrderShape.Baskets] = parsed.GetResult(baskets) is { Implicit: false },
            };
            var chosen = shapes.Where(shape => shape.Value).Select(shape => shape.Key).ToArray();
            if (chosen.Length > 1)
                throw new InputException("one of --spread, --hot, --zipf and --baskets, not several");
            var file = parsed.GetValue(baskets) ?? Path.Combine("samples", "baskets.csv");
            return new OrderScenario(chosen.FirstOrDefault(), file, parsed.GetValue(stock), parsed.GetValue(shards));
        }
        return new ScenarioCommand("order", "Places orders.", Scenario, console, time).Build(spread, hot, zipf, baskets, stock, shards);
    }

    private static Command Convert(IAnsiConsole console)
    {
        var source = new Argument<string>("source") { Description = "The UCI Online Retail data set or a slice of it." };
        var baskets = new Option<string?>("--baskets")
        {
            Description = "A file of baskets of stock codes, one a line.",
            HelpName = "file.csv",
        };
        var folder = new Option<string>("--out")
        {
            Description = "Where catalog.csv, orders.csv and baskets.csv go.",
            DefaultValueFactory = _ => "samples",
            HelpName = "folder",
        };
        var command = new Command("convert", "Makes the samples: prices in won, goods only (the rules stand in samples/README.md).")
        {
            source,
            baskets,
            folder,
        };
        command.SetAction(parsed =>
        {
            var sales = SampleConversion.Convert(
                parsed.GetRequiredValue(source), parsed.GetValue(baskets), parsed.GetRequiredValue(folder));
            var lines = sales.Orders.Sum(order => order.Lines.Count);
            console.MarkupInterpolated($"{sales.Catalog.Count:N0} products, {sales.Orders.Count:N0} orders with {lines:N0} lines, ");
            console.MarkupLineInterpolated($"{sales.Cancellations.Count:N0} cancellations.");
            foreach (var (reason, rows) in sales.LeftOut)
                console.MarkupLineInterpolated($"  left out: {rows:N0} rows, {reason}");
            return ExitCode.Held;
        });
        return command;
    }

    private static Command Table()
    {
        var reports = new Argument<string[]>("reports") { Description = "Reports of runs.", Arity = ArgumentArity.OneOrMore };
        var ceilings = new Option<string[]>("--ceilings")
        {
            Description = "Reports of the bare endpoint and of the storage, to show each run's share of them.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "a.json ...",
        };
        var command = new Command("table", "Writes reports as one Markdown table.") { reports, ceilings };
        command.SetAction(parsed =>
        {
            var runs = parsed.GetRequiredValue(reports).Select(RunReport.Load).ToArray();
            var output = parsed.InvocationConfiguration.Output;
            output.Write(BenchTable.Markdown([.. (parsed.GetValue(ceilings) ?? []).Select(RunReport.Load)], runs));
            foreach (var run in runs)
            {
                if (run.Outage is { } outage)
                    output.Write($"\n{OutageTable.Markdown(outage)}");
            }
            return ExitCode.Held;
        });
        return command;
    }

    private static void AddCompare(RootCommand root, IAnsiConsole console)
    {
        var compare = new Option<string[]>("--compare")
        {
            Description = "Show two reports side by side.",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
            HelpName = "a.json b.json",
        };
        root.Options.Add(compare);
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(compare) is not [var a, var b])
                throw new InputException("a command is missing: see --help");
            Comparison.Write(console, Path.GetFileName(a), RunReport.Load(a), Path.GetFileName(b), RunReport.Load(b));
            return ExitCode.Held;
        });
    }
}
