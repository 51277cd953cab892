using System.CommandLine;
using Commerce.Cli;
using Commerce.Load.Http;
using Commerce.Load.Load;
using Commerce.Load.Measuring;
using Commerce.Load.Reports;
using Spectre.Console;

namespace Commerce.Load.Cli;

/// <summary>A command that loads the shop with one scenario.</summary>
internal sealed class ScenarioCommand(string name, string description, Func<ParseResult, IScenario> scenarioOf, IAnsiConsole console,
    TimeProvider time)
{
    private readonly CommonOptions _common = new(clients: 32);
    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Open loop: requests a second on a fixed schedule, latency from the moment each was due. Without it closed loop.",
        HelpName = "n"
    };
    private readonly Option<double> _duration = new("--duration")
    {
        Description = "Seconds measured.",
        DefaultValueFactory = _ => 15,
        HelpName = "s"
    };
    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds before, not measured.",
        DefaultValueFactory = _ => 3,
        HelpName = "s"
    };
    private readonly Option<long?> _count = new(
        "--count")
    { Description = "End after this many requests; the duration then is a limit of one hour unless given.", HelpName = "n" };
    private readonly Option<int> _users = new("--users")
    {
        Description = "Users that take part.",
        DefaultValueFactory = _ => 1000,
        HelpName = "n"
    };
    private readonly Option<string> _as = new("--as")
    {
        Description = "What the ids of users begin with.",
        DefaultValueFactory = _ => ShopSetup.UserPrefix,
        HelpName = "name"
    };
    private readonly Option<int> _products = new("--products")
    {
        Description = "Products that are browsed and ordered.",
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
        Description = "The shop's process on this machine: its CPU time per request and its memory go into the report.",
        HelpName = "id"
    };
    private readonly Option<bool> _noAudit = new(
        "--no-audit")
    { Description = "Do not ask for the audit at the end (for an endpoint that has none)." };

    public Command Build(params Option[] own)
    {
        _rate.Between(0.1, 1_000_000);
        _duration.Between(0.1, 86_400);
        _warmUp.Between(0, 3_600);
        _count.Between(1, 1_000_000_000);
        _pid.Between(1, int.MaxValue);
        _users.Between(1, 1_000_000);
        _products.Between(1, 100_000);
        var command = new Command(name, description);
        foreach (var option in own.Concat([_rate, _duration, _warmUp, _count, _users, _as, _products, _seed, _pid, _noAudit]))
            command.Options.Add(option);
        _common.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var scenario = scenarioOf(parsed);
        var options = Options(parsed);
        using var endpoint = _common.Endpoint(parsed, time);
        using var shop = new ShopApi(endpoint, TimeSpan.FromSeconds(30), time);
        using var process = parsed.GetValue(_pid) is { } id ? new ServerProcess(id) : null;
        console.MarkupLineInterpolated($"[bold]{scenario.Name}[/] against {endpoint.BaseUrl}: {Drive(options)}");
        await scenario.PrepareAsync(new ShopSetup(shop, parsed.GetRequiredValue(_users), parsed.GetRequiredValue(_products),
            parsed.GetRequiredValue(_as)), cancellationToken);

        var startedAt = time.GetUtcNow();
        var runner = new LoadRunner(endpoint, scenario.Operations, client =>
            scenario.CreateShopper(client, new Random((options.Seed * 7919) + client)), options, time);
        Sample? last = null;
        var running = runner.RunAsync(() => process?.Begin(), sample => Volatile.Write(ref last, sample), cancellationToken);
        await new ProgressDisplay(console, time).RunAsync(running, () => State(scenario, runner, options, Volatile.Read(ref last)));
        var elapsed = await running;
        var server = process?.End(runner.Meter.CountAll());

        var report = new RunReport(
            scenario.Name, endpoint.BaseUrl, startedAt, Machine.Current,
            new Drive(options.Clients, options.Rate, options.WarmUp.TotalSeconds, Math.Round(elapsed.TotalSeconds, 2), options.Seed),
            runner.Meter.Summarise(elapsed), runner.Meter.Kinds, runner.Meter.Samples, Audit: null, Server: server);
        Tables.Write(console, report);
        if (server is not null)
            console.MarkupLineInterpolated(
                $"The shop used {server.CpuMsPerRequest:0.000} ms of CPU per request and has {server.WorkingSetMb:N0} MB resident.");
        _common.Save(parsed, report); // What was measured stays, also when the audit is never answered.
        var audit = parsed.GetValue(_noAudit) ? null : await shop.AuditAsync(cancellationToken);
        if (audit is not null)
        {
            Tables.WriteAudit(console, audit);
            _common.Save(parsed, report with { Audit = audit });
        }
        return audit is null or { Ok: true } && runner.Meter.Count(Outcome.Ok) > 0 ? ExitCode.Held : ExitCode.DidNotHold;
    }

    private LoadOptions Options(ParseResult parsed)
    {
        var count = parsed.GetValue(_count);
        var bounded = count is null || parsed.GetResult(_duration) is { Implicit: false };
        return new LoadOptions(
            parsed.GetRequiredValue(_common.Clients), parsed.GetValue(_rate), TimeSpan.FromSeconds(parsed.GetRequiredValue(_warmUp)),
            bounded ? TimeSpan.FromSeconds(parsed.GetRequiredValue(_duration)) : TimeSpan.FromHours(1), count, TimeSpan.FromSeconds(30),
                parsed.GetRequiredValue(_seed));
    }

    private static ProgressState State(IScenario scenario, LoadRunner runner, LoadOptions options, Sample? last)
    {
        var meter = runner.Meter;
        var whole = runner.IsWarmingUp ? options.WarmUp : options.Duration;
        var progress = !runner.IsWarmingUp && options.Count is { } count ? (double)meter.CountAll() / count : meter.Elapsed / whole;
        return new ProgressState(
            runner.IsWarmingUp ? $"{scenario.Name}, warm-up" : scenario.Name, Math.Min(progress, 1),
            meter.Count(Outcome.Ok), meter.Count(Outcome.Refused), meter.Count(Outcome.Failed) + meter.Count(Outcome.Pending), last,
                meter.Kinds);
    }

    private static string Drive(LoadOptions options)
    {
        var loop = options.Rate is { } rate ? $"open loop, {rate:N0} requests/s, at most {options.Clients} in flight"
            : $"closed loop, {options.Clients} clients";
        var end = options.Count is { } count ? $"{count:N0} requests" : $"{options.Duration.TotalSeconds:0.#} s";
        return $"{loop}, {end} after {options.WarmUp.TotalSeconds:0.#} s of warm-up.";
    }
}
