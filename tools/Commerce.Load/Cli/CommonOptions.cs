using System.CommandLine;
using Commerce.Cli;
using Commerce.Load.Http;

namespace Commerce.Load.Cli;

/// <summary>The options by which any command that calls the shop is told where it is.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _url = new("--url")
    {
        Description = "Where the shop is.",
        DefaultValueFactory = _ => "http://127.0.0.1:7071",
        HelpName = "url",
    };
    private readonly Option<string?> _key = new("--key")
    {
        Description = "Function key of the front door; better in the environment, COMMERCE_KEY.",
        HelpName = "key",
    };
    private readonly Option<string?> _token = new("--token")
    {
        Description = "Access token with all scopes (COMMERCE_TOKEN); without it each user signs in at the shop's local issuer.",
        HelpName = "jwt",
    };
    private readonly Option<bool> _unsigned = new("--unsigned") { Description = "Send what is public without a token." };
    private readonly Option<int> _away = new("--away")
    {
        Description = "Seconds that nobody may listen at the shop's address (a restart) before it counts as gone.",
        DefaultValueFactory = _ => 5,
        HelpName = "s",
    };
    private readonly Option<FileInfo?> _report = new("--report")
    {
        Description = "Write the run as JSON, for --compare.",
        HelpName = "file.json",
    };
    private readonly Option<FileInfo?> _chart = new("--chart")
    {
        Description = "Draw throughput and latency percentiles over time.",
        HelpName = "file.svg",
    };

    public Option<int> Clients { get; }

    public CommonOptions(int clients)
    {
        Clients = new Option<int>("--clients")
        {
            Description = "Requests in flight at once, at most.",
            DefaultValueFactory = _ => clients,
            HelpName = "n",
        };
        Clients.Between(1, 4096);
        _away.Between(1, 86_400);
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _url, _key, _token, _unsigned, Clients, _away, _report, _chart })
            command.Options.Add(option);
    }

    public ShopEndpoint Endpoint(ParseResult parsed, TimeProvider time) => new(
        parsed.GetRequiredValue(_url),
        parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable("COMMERCE_KEY"),
        parsed.GetValue(_token) ?? Environment.GetEnvironmentVariable("COMMERCE_TOKEN"),
        parsed.GetValue(_unsigned),
        Away(parsed),
        time);

    /// <summary>An address besides the shop's, which needs no token.</summary>
    public ShopEndpoint Beside(ParseResult parsed, string url, TimeProvider time) => new(url, null, null, false, Away(parsed), time);

    public void Save(ParseResult parsed, Reports.RunReport report)
    {
        if (parsed.GetValue(_report) is { } file)
            report.Save(file.FullName);
        if (parsed.GetValue(_chart) is { } chart)
            File.WriteAllText(chart.FullName, Reports.Chart.Svg(report));
    }

    private TimeSpan Away(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetRequiredValue(_away));
}

/// <summary>What the process's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Held = 0;
    public const int DidNotHold = 1;
    public const int BadInput = 2;
    public const int Unreachable = 3;
    public const int Interrupted = 130;
}
