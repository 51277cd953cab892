using System.CommandLine;
using Commerce.Cli;
using Commerce.Load.Data;
using Commerce.Load.Http;
using Commerce.Load.Replay;
using Commerce.Load.Reports;
using Spectre.Console;

namespace Commerce.Load.Cli;

/// <summary><c>replay FILE</c>.</summary>
internal sealed class ReplayCommand(IAnsiConsole console, TimeProvider time)
{
    // With the longest ids that are read, keys then stay within the 128 characters that shops accept.
    private const int RunLengthMax = 24;
    private readonly CommonOptions _common = new(clients: 8);
    private readonly Argument<string> _file = new("file")
    {
        Description = "Orders: the UCI Online Retail data set or a slice of it, orderKey,userId,productId,quantity,orderedAt, "
            + "or baskets (one a line).",
    };
    private readonly Option<string?> _catalog = new("--catalog")
    {
        Description = "productId,name,price,stock for products the shop lacks; without it catalog.csv beside an orders file, "
            + "or the prices in the file.",
        HelpName = "file.csv",
    };
    private readonly Option<string> _run = new("--run")
    {
        Description = "Part of the idempotency keys: another name places the orders anew.",
        DefaultValueFactory = _ => "",
        HelpName = "name",
    };
    private readonly Option<decimal> _budget = new("--budget")
    {
        Description = "Share of what their orders cost that customers are charged; under 1 some lack balance.",
        DefaultValueFactory = _ => 1m,
        HelpName = "share",
    };
    private readonly Option<int> _patience = new("--patience")
    {
        Description = "Seconds to repeat a request that the shop cannot serve.",
        DefaultValueFactory = _ => 120,
        HelpName = "s",
    };
    private readonly Option<int> _topWait = new("--top-wait")
    {
        Description = "Seconds the precomputed top five may lag.",
        DefaultValueFactory = _ => 120,
        HelpName = "s",
    };

    public Command Build()
    {
        _patience.Between(1, 86_400);
        _topWait.Between(0, 86_400);
        _budget.Between(0m, 10m);
        var command = new Command(
            "replay", "Charges the customers of a file of real orders, places the orders, and holds the top five and the audit against them.")
        {
            _file, _catalog, _run, _budget, _patience, _topWait,
        };
        _common.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var path = parsed.GetRequiredValue(_file);
        var file = SalesFileReader.Read(path);
        var catalog = Catalog(path, file, parsed.GetValue(_catalog));
        if (parsed.GetRequiredValue(_run) is var run && run.Length > 0 && (run.Length > RunLengthMax || !RetailRules.IsSafeId(run)))
            throw new InputException($"--run takes letters, digits, - and _, at most {RunLengthMax}");
        var customers = file.Orders.Select(order => order.UserId).Distinct().Count();
        console.MarkupInterpolated($"[bold]{Path.GetFileName(path)}[/]: {file.Orders.Count:N0} orders of {customers:N0} customers, ");
        console.MarkupLineInterpolated($"{file.Cancellations.Count:N0} cancellations.");
        foreach (var (reason, rows) in file.LeftOut)
            console.MarkupLineInterpolated($"  left out: {rows:N0} rows, {reason}");

        var patience = TimeSpan.FromSeconds(parsed.GetRequiredValue(_patience));
        using var endpoint = _common.Endpoint(parsed, time);
        using var shop = new ShopApi(endpoint, patience, time);
        var options = new ReplayOptions(
            parsed.GetRequiredValue(_common.Clients),
            parsed.GetRequiredValue(_budget),
            run,
            patience,
            TimeSpan.FromSeconds(parsed.GetRequiredValue(_topWait)));
        var replay = new ReplayRun(shop, Path.GetFileName(path), file, catalog, options, time);
        var running = replay.RunAsync(cancellationToken);
        await new ProgressDisplay(console, time).RunAsync(running, () => replay.State);
        var report = await running;
        _common.Save(parsed, report);
        return Print(report, report.Replay!, report.Audit!);
    }

    private static IReadOnlyList<CatalogItem> Catalog(string path, SalesFile file, string? named)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "catalog.csv");
        if (named is not null)
            return CatalogFile.Read(named);
        return file.Catalog.Count == 0 && File.Exists(beside) ? CatalogFile.Read(beside) : file.Catalog;
    }

    private int Print(RunReport report, ReplaySummary replay, Audit audit)
    {
        Tables.Write(console, report);
        console.MarkupInterpolated($"[bold]{replay.Accepted:N0}[/] of {replay.Orders:N0} orders accepted, ");
        console.MarkupInterpolated($"{replay.Refused.Values.Sum():N0} refused, {replay.Cancelled:N0} cancelled; ");
        console.MarkupLineInterpolated($"{replay.Repeats:N0} requests repeated.");
        foreach (var (reason, orders) in replay.Refused)
            console.MarkupLineInterpolated($"  refused: {orders:N0}, {reason}");
        console.MarkupLineInterpolated(replay.DuplicatesOrMissing.Count == 0
            ? (FormattableString)$"[green]Every accepted order is listed exactly once, at the agreed price, and none counted that was not paid.[/]"
            : $"[red]{replay.DuplicatesOrMissing.Count} things are not as they should be:[/]");
        foreach (var difference in replay.DuplicatesOrMissing.Take(20))
            console.WriteLine("  " + difference);
        console.Write(Tables.Top(replay.TopServed, replay.TopCounted));
        console.MarkupLineInterpolated(replay.TopHeld
            ? (FormattableString)$"[green]The top five is what a plain count gives.[/]"
            : $"[red]The top five is not what a plain count gives.[/]");
        Tables.WriteAudit(console, audit);
        return audit.Ok && replay.TopHeld && replay.DuplicatesOrMissing.Count == 0 ? ExitCode.Held : ExitCode.DidNotHold;
    }
}
