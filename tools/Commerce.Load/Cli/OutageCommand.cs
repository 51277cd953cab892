using System.CommandLine;
using Commerce.Cli;
using Commerce.Load.Http;
using Commerce.Load.Measuring;
using Commerce.Load.Outage;
using Commerce.Load.Reports;
using Spectre.Console;

namespace Commerce.Load.Cli;

/// <summary><c>outage</c>.</summary>
internal sealed class OutageCommand(IAnsiConsole console, TimeProvider time)
{
    private readonly CommonOptions _common = new(clients: 128);
    private readonly Option<string> _fault = new("--fault")
    {
        Description = "What the platform does while it is down: hang, reset (cut connections), or the status it answers with.",
        DefaultValueFactory = _ => "hang",
        HelpName = "fault"
    };
    private readonly Option<string?> _receiver = new("--receiver")
    {
        Description = "The mock data platform; without it that of the shop's own process, /local/webhooks/data-platform.",
        HelpName = "url"
    };
    private readonly Option<double> _rate = new("--rate")
    {
        Description = "Orders a second, open loop.",
        DefaultValueFactory = _ => 150,
        HelpName = "n"
    };
    private readonly Option<int> _pairs = new("--pairs")
    {
        Description = "Healthy and dead runs, in turn.",
        DefaultValueFactory = _ => 4,
        HelpName = "n"
    };
    private readonly Option<long?> _count = new("--count")
    {
        Description = "Instead of pairs one outage in which so many orders are placed as fast as they go, closed loop.",
        HelpName = "n"
    };
    private readonly Option<double> _duration = new("--duration")
    {
        Description = "Seconds of each run.",
        DefaultValueFactory = _ => 15,
        HelpName = "s"
    };
    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds before the first, not measured; an outage as long as a run follows them, unless 0.",
        DefaultValueFactory = _ => 20,
        HelpName = "s"
    };
    private readonly Option<int> _users = new("--users")
    {
        Description = "Users that take part.",
        DefaultValueFactory = _ => 1000,
        HelpName = "n"
    };
    private readonly Option<int> _products = new("--products")
    {
        Description = "Products that are ordered.",
        DefaultValueFactory = _ => 200,
        HelpName = "n"
    };
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of what is chosen at random.",
        DefaultValueFactory = _ => 1,
        HelpName = "n"
    };
    private readonly Option<int?> _pid = new("--pid")
    {
        Description = "The shop's process on this machine, for its CPU time per order.",
        HelpName = "id"
    };
    private readonly Option<int> _patience = new("--patience")
    {
        Description = "Seconds to repeat a request that shop or platform cannot "
        + "serve, and that nothing may arrive before the rest counts as lost.",
        DefaultValueFactory = _ => 120,
        HelpName = "s"
    };

    public Command Build()
    {
        _rate.Between(0.1, 1_000_000);
        _pairs.Between(1, 1_000);
        _count.Between(1, 1_000_000_000);
        _duration.Between(0.1, 86_400);
        _warmUp.Between(0, 3_600);
        _users.Between(1, 1_000_000);
        _products.Between(1, 100_000);
        _pid.Between(1, int.MaxValue);
        _patience.Between(1, 86_400);
        var command = new Command("outage",
            "Takes the data platform away and gives it back: what buyers notice, and whether every event arrives.")
        {
            _fault, _receiver, _rate, _pairs, _count, _duration, _warmUp, _users, _products, _seed, _pid, _patience,
        };
        _common.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = Options(parsed);
        using var endpoint = _common.Endpoint(parsed, time);
        using var shop = new ShopApi(endpoint, options.Patience, time);
        using var receiver = _common.Beside(parsed, parsed.GetValue(_receiver) ?? $"{endpoint.BaseUrl}/local/webhooks/data-platform", time);
        using var receiverApi = new ShopApi(receiver, options.Patience, time);
        using var process = parsed.GetValue(_pid) is { } id ? new ServerProcess(id) : null;
        console.MarkupLineInterpolated($"[bold]outage {options.Fault.Name}[/] against {endpoint.BaseUrl}, platform {receiver.BaseUrl}");
        var run = new OutageRun(shop, new MockPlatform(receiverApi), process, options, time);
        var running = run.RunAsync(cancellationToken);
        await new ProgressDisplay(console, time).RunAsync(running, () => run.State);
        var report = await running;
        _common.Save(parsed, report);
        Tables.Write(console, report);
        console.WriteLine(OutageTable.Markdown(report.Outage!));
        Tables.WriteAudit(console, report.Audit!);
        return report.Audit!.Ok && report.Outage!.Held && report.Operations.All(operation => operation.Ok > 0) ? ExitCode.Held
            : ExitCode.DidNotHold;
    }

    private OutageOptions Options(ParseResult parsed) => new(
        PlatformFault.Parse(parsed.GetRequiredValue(_fault)), parsed.GetRequiredValue(_common.Clients), parsed.GetRequiredValue(_rate),
            parsed.GetRequiredValue(_pairs),
        parsed.GetValue(_count), TimeSpan.FromSeconds(parsed.GetRequiredValue(_duration)),
            TimeSpan.FromSeconds(parsed.GetRequiredValue(_warmUp)),
        parsed.GetRequiredValue(_users), parsed.GetRequiredValue(_products), parsed.GetRequiredValue(_seed),
            TimeSpan.FromSeconds(parsed.GetRequiredValue(_patience)));
}
