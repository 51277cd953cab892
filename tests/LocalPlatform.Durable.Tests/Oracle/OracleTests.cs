using System.Net;
using System.Net.Sockets;
using LocalPlatform.Durable.Tests.Oracle;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(BothBackends))]

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>
/// Each scenario runs on this engine and on the backend that Microsoft has for tests, with the same functions, the genuine worker and the
/// genuine client, and what the client sees is compared. What differs is listed, with its reason, in docs/local-platform-durable.md; the
/// list is held to be complete and true.
/// </summary>
public sealed class OracleTests(BothBackends backends)
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_scenario_shows_the_same_here_and_there_but_for_what_is_listed(string scenario)
    {
        var here = new Transcript(backends.Here);
        var there = new Transcript(backends.There(Scenarios.All[scenario]));
        await Task.WhenAll(Scenarios.All[scenario].Play(here), Scenarios.All[scenario].Play(there));

        Assert.Equal(here.Seen.Keys.Order(), there.Seen.Keys.Order());
        var differences = here.Seen.Where(seen => there.Seen[seen.Key] != seen.Value)
            .Select(seen => new Difference(scenario, seen.Key, seen.Value, there.Seen[seen.Key]).ToString());
        var listed = Difference.ReadListed().Where(listed => listed.Scenario == scenario).Select(listed => listed.ToString());
        Assert.True(
            differences.Order().SequenceEqual(listed.Order()),
            $"seen:\n{string.Join('\n', differences)}\nlisted:\n{string.Join('\n', listed)}");
    }

    [Fact]
    public void Every_listed_difference_belongs_to_a_scenario() =>
        Assert.All(Difference.ReadListed(), listed => Assert.Contains(listed.Scenario, Scenarios.All.Keys));
}

/// <summary>Something that a client sees otherwise here than there.</summary>
internal sealed record Difference(string Scenario, string What, string Here, string There)
{
    /// <summary>The rows of the table in the document: scenario, what, here, there, reason.</summary>
    public static List<Difference> ReadListed() =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "local-platform-durable.md"))
            .SkipWhile(line => !line.StartsWith("| scenario |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => new Difference(cells[1], cells[2], cells[3].Trim('`'), cells[4].Trim('`'))),
    ];

    /// <summary>The row without its reason.</summary>
    public override string ToString() => $"| {Scenario} | {What} | `{Here}` | `{There}` |";
}

/// <summary>The engine and the in-process test host (twice), each with all functions of all scenarios, on the system's clock.</summary>
public sealed class BothBackends : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private DurableEngine _engine = null!;
    private HubServer _server = null!;
    private DurableTaskTestHost _host = null!;
    private DurableTaskTestHost _hostOfEvents = null!;

    public DurableTaskClient Here => _server.Client;

    internal DurableTaskClient There(Scenario scenario) => (scenario.LeavesAnEvent ? _hostOfEvents : _host).Client;

    public async ValueTask InitializeAsync()
    {
        _engine = new DurableEngine(
            _folder.File("taskhub.db"), AllFunctions(), new DurableOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        _server = new HubServer(() => _engine);
        await _server.StartAsync();
        await _engine.StartAsync();
        Environment.SetEnvironmentVariable("Logging__LogLevel__Default", "None"); // The host writes a line for each call.
        _host = await StartHostAsync();
        _hostOfEvents = await StartHostAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _server.DisposeAsync();
        await _host.DisposeAsync();
        await _hostOfEvents.DisposeAsync();
        _folder.Dispose();
    }

    private static Task<DurableTaskTestHost> StartHostAsync() => DurableTaskTestHost.StartAsync(
        registry => Register(AllFunctions(), registry), new DurableTaskTestHostOptions { Port = FindFreePort() });

    private static TestFunctions AllFunctions()
    {
        var functions = new TestFunctions();
        foreach (var scenario in Scenarios.All.Values)
            scenario.AddFunctions(functions);
        return functions;
    }

    private static void Register(TestFunctions functions, DurableTaskRegistry registry)
    {
        foreach (var (name, code) in functions.Orchestrators)
            registry.AddOrchestrator(name, code);
        foreach (var name in functions.Activities)
            registry.AddActivity(name, new Activity(functions, name));
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Activity(TestFunctions functions, string name) : ITaskActivity
    {
        public Type InputType => typeof(System.Text.Json.JsonElement?);

        public Type OutputType => typeof(object);

        public Task<object?> RunAsync(TaskActivityContext context, object? input) =>
            functions.CallAsync(name, ((System.Text.Json.JsonElement?)input)?.GetRawText(), CancellationToken.None);
    }
}
