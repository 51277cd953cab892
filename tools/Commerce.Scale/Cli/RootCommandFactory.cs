using System.CommandLine;
using Commerce.Scale.Model;
using Commerce.Scale.Reports;
using Spectre.Console;

namespace Commerce.Scale.Cli;

/// <summary>The command line as a whole.</summary>
internal static class RootCommandFactory
{
    public static RootCommand Create(IAnsiConsole console)
    {
        var root = new RootCommand(
            """
            Computes what the shop holds past one machine, and what it costs there.

            Exit codes: 0 done, 1 a simulated sale did not come out even, 2 bad input.
            """);
        root.Subcommands.Add(new PlanCommand(console).Build());
        root.Subcommands.Add(new FlashSaleCommand(console).Build());
        root.Subcommands.Add(Model(console));
        root.Subcommands.Add(new DocumentCommand(Create).Build());
        root.SetAction(static int (_) => throw new InputException("a command is missing: see --help"));
        return root;
    }

    private static Command Model(IAnsiConsole console)
    {
        var outputs = new Outputs(console);
        var command = outputs.AddTo(new Command("model", "Shows what it all rests on, and where each number is from."));
        command.SetAction(parsed =>
        {
            var path = outputs.ModelPath(parsed);
            var model = ModelFile.Read(path);
            outputs.Write(parsed, ModelTables.Report(model, ModelFile.Figures(path)));
            return ExitCode.Done;
        });
        return command;
    }
}
