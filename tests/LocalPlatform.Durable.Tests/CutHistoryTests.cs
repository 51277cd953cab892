using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Durable.Tests;

public sealed class CutHistoryTests
{
    public static TheoryData<string> Orchestrators => [.. Representative.All.Keys];

    /// <summary>
    /// The store is copied after every committed turn, as if the power had failed there, and each copy is started anew. Turns are the
    /// unit of commit, so these are all the states in which a crash can leave an orchestration.
    /// </summary>
    [Theory]
    [MemberData(nameof(Orchestrators))]
    public async Task A_history_cut_anywhere_recovers_to_the_same_result_and_the_same_effects(string orchestrator)
    {
        var folder = Directory.CreateTempSubdirectory("cuts-");
        try
        {
            var cuts = new List<(string File, List<KeyValuePair<string, int>> Effects)>();
            var (expected, effects, now) = await RunAndCutAsync(orchestrator, folder.FullName, cuts);
            (string File, List<KeyValuePair<string, int>> Effects)[] taken;
            lock (cuts)
                taken = [.. cuts]; // The last turn's callback may still be under way when the end is already known.
            Assert.True(taken.Length >= 3, $"{taken.Length} cuts");

            foreach (var cut in taken)
            {
                var world = new Representative(cut.Effects);
                await using var hub = await TestHub.StartAsync(world.Functions, time: new FakeTimeProvider(now), copyOf: cut.File);
                var recovered = await hub.EndWhileTimePasses("main");
                Assert.Equal(OrchestrationRuntimeStatus.Completed, recovered.RuntimeStatus);
                Assert.Equal(expected, recovered.SerializedOutput);
                Assert.Equal(effects, world.Effects);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(string? Output, IReadOnlyCollection<string> Effects, DateTimeOffset Now)> RunAndCutAsync(
        string orchestrator, string folder, List<(string, List<KeyValuePair<string, int>>)> cuts)
    {
        var (input, events) = Representative.All[orchestrator];
        var world = new Representative();
        await using var hub = await TestHub.StartAsync(world.Functions);
        await hub.Engine.StopAsync();
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions("main"));
        foreach (var name in events)
            await hub.Client.RaiseEventAsync("main", name, name);
        void Cut()
        {
            lock (cuts)
            {
                var file = Path.Combine(folder, $"cut-{cuts.Count}.db");
                Copy(hub.File, file);
                cuts.Add((file, [.. world.EffectsNow]));
            }
        }
        Cut();
        await hub.RestartAsync(beforeStart: engine => engine.Runtime.TurnCommitted = Cut);
        var ended = await hub.EndWhileTimePasses("main");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        return (ended.SerializedOutput, world.Effects, hub.Time.GetUtcNow());
    }

    private static void Copy(string from, string to)
    {
        using var connection = new SqliteConnection($"Data Source={from};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        // A copy for the test need not be durable: with hundreds of turns, hundreds of syncs would be most of the test.
        command.CommandText = "PRAGMA synchronous=OFF; VACUUM INTO @to";
        command.Parameters.AddWithValue("@to", to);
        command.ExecuteNonQuery();
    }
}
