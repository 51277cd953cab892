using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Sessions;
using LocalPlatform.Durable.Store;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.Tests;

/// <summary>
/// Histories recorded once and kept in the repository. That the worker decides on them what is recorded proves that instances begun by
/// an earlier build are finished by this one. To record those of new orchestrations, set RECORD_GOLDEN_HISTORIES to the Golden folder and
/// run the tests; existing files are never overwritten.
/// </summary>
public sealed class GoldenHistoryTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Orchestrators => [.. Representative.All.Keys];

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public async Task Each_turn_of_a_recorded_history_is_decided_as_recorded(string orchestrator)
    {
        await RecordIfAskedAsync(orchestrator);
        var turns = Read(orchestrator);
        for (var i = 0; i < turns.Count; i++)
            Assert.Equal(turns[i], [.. (await TakeTurnAsync(turns, i, new Representative().Functions)).Events]);
        Assert.Equal(P.OrchestrationStatus.Completed, turns[^1][^1].ExecutionCompleted.OrchestrationStatus);
    }

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public async Task A_recorded_history_fails_an_orchestrator_that_begins_differently(string orchestrator)
    {
        var turns = Read(orchestrator);
        var changed = new TestFunctions().Orchestrator(orchestrator, async context =>
            await context.CallActivityAsync<int>("Something else"));

        var failure = (await TakeTurnAsync(turns, turns.Count - 1, changed)).End?.FailureDetails;

        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", failure?.ErrorType);
    }

    /// <summary>Takes a turn of the history anew, on all turns before it.</summary>
    private static async Task<Turn> TakeTurnAsync(List<IList<P.HistoryEvent>> turns, int number, TestFunctions functions)
    {
        var past = new PastEvents();
        foreach (var earlier in turns[..number])
            past.Append(PastEvents.ToFragment(earlier));
        var start = turns[0].Select(e => e.ExecutionStarted).First(start => start is not null);
        var received = turns[number].Skip(1).TakeWhile(e => e.EventId < 0).ToList();
        var time = turns[number][0].Timestamp.ToDateTime();
        return await new TurnRunner(functions).RunAsync(
            new StoredInstance(1, start), past, received, time, TestContext.Current.CancellationToken);
    }

    private static List<IList<P.HistoryEvent>> Read(string orchestrator)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, orchestrator + ".json")));
        return [.. json.RootElement.EnumerateArray().Select(
            turn => JsonParser.Default.Parse<P.OrchestratorRequest>(turn.GetRawText()).PastEvents)];
    }

    private static async Task RecordIfAskedAsync(string orchestrator)
    {
        if (Environment.GetEnvironmentVariable("RECORD_GOLDEN_HISTORIES") is not { Length: > 0 } folder)
            return;
        var file = Path.Combine(folder, orchestrator + ".json");
        if (!File.Exists(file))
            await RecordAsync(orchestrator, file);
        Directory.CreateDirectory(Folder);
        File.Copy(file, Path.Combine(Folder, orchestrator + ".json"), overwrite: true);
    }

    private static async Task RecordAsync(string orchestrator, string file)
    {
        var (input, events) = Representative.All[orchestrator];
        await using var hub = await TestHub.StartAsync(new Representative().Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions("main"));
        foreach (var name in events)
            await hub.Client.RaiseEventAsync("main", name, name);
        await hub.EndWhileTimePasses("main");
        var store = hub.Engine.Runtime.Store;
        var turns = store.ReadTurns(store.ReadInstance("main")!.Key).Select(turn => PastEvents.Read(turn));
        await using var stream = File.Create(file);
        await using var writer = new Utf8JsonWriter(
            stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartArray();
        foreach (var turn in turns)
        {
            var message = new P.OrchestratorRequest { PastEvents = { turn.Select(WithoutStackTrace) } };
            JsonDocument.Parse(JsonFormatter.Default.Format(message)).WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    // Stack traces name the folders of whoever records.
    private static P.HistoryEvent WithoutStackTrace(P.HistoryEvent recorded)
    {
        var failure = recorded.TaskFailed?.FailureDetails ?? recorded.SubOrchestrationInstanceFailed?.FailureDetails;
        for (; failure is not null; failure = failure.InnerFailure)
            failure.StackTrace = null;
        return recorded;
    }
}
