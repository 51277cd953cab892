using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalPlatform.Durable.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Every_orchestration_that_was_acknowledged_is_finished_after_a_kill()
    {
        using var folder = new TestFolder();
        var file = folder.File("taskhub.db");
        var lines = (await ChildProcess.RunAndKillAsync("run orchestrations", file, lines: 600)).SkipLast(1).ToArray();

        await using var engine = NewEngine(file);
        await engine.StartAsync();

        var started = lines.Where(line => line.StartsWith("started ", StringComparison.Ordinal)).Select(line => line[8..]).ToArray();
        var ended = lines.Where(line => line.StartsWith("ended ", StringComparison.Ordinal)).Select(line => line[6..]).ToArray();
        Assert.True(started.Length >= ended.Length && ended.Length > 0, $"{started.Length} started, {ended.Length} ended");
        foreach (var id in ended)
            Assert.Equal(P.OrchestrationStatus.Completed, engine.Hub.Find(id)?.Status);
        foreach (var id in started)
        {
            using var deadline = new CancellationTokenSource(TestHub.Deadline);
            Assert.Equal("3", (await engine.Hub.WaitAsync(id, untilEnd: true, deadline.Token)).Output);
        }
    }

    /// <summary>The role "run orchestrations": prints each start and each end that the engine has told of.</summary>
    internal static async Task RunOrchestrationsAsync(string file)
    {
        var engine = NewEngine(file);
        await using var server = new HubServer(() => engine);
        await server.StartAsync();
        await engine.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var id = await server.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Three", new StartOrchestrationOptions($"{client}-{i}"));
                Console.Out.WriteLine("started " + id);
                await server.Client.WaitForInstanceCompletionAsync(id);
                Console.Out.WriteLine("ended " + id);
            }
        })));
    }

    private static DurableEngine NewEngine(string file) => new(
        file,
        new TestFunctions()
            .Orchestrator("Three", async context =>
            {
                var sum = 0;
                for (var i = 0; i < 3; i++)
                    sum = await context.CallActivityAsync<int>("Increment", sum);
                return sum;
            })
            // As slow as a call to another system, so that most are under way when the kill comes.
            .Activity<int, int>("Increment", async (i, ct) =>
            {
                await Task.Delay(5, ct);
                return i + 1;
            }),
        new DurableOptions(),
        TimeProvider.System,
        NullLoggerFactory.Instance);
}
