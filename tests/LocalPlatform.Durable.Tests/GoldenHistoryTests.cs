using System.Text;
using System.Text.Json;
using LocalPlatform.Durable;
using LocalPlatform.Durable.Execution;
using LocalPlatform.Durable.History;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalPlatform.Durable.Tests;

/// <summary>
/// Histories recorded once and kept in the repository. That they replay proves that instances begun by an earlier build are
/// finished by this one. To record those of new orchestrations, set RECORD_GOLDEN_HISTORIES to the Golden folder and run the tests;
/// existing files are never overwritten.
/// </summary>
public sealed class GoldenHistoryTests
{
    public static TheoryData<string> Orchestrators => [.. Representative.All.Keys];

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public async Task A_recorded_history_replays_to_the_recorded_output(string orchestrator)
    {
        await RecordIfAskedAsync(orchestrator);
        var golden = Read(orchestrator);

        var execution = NewExecution(golden, new Representative().Functions);
        execution.Replay(golden.Steps);

        Assert.NotNull(execution.Outcome);
        Assert.Null(execution.Outcome.Failure);
        Assert.Equal(golden.Output, execution.Outcome.Output);
    }

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public void A_recorded_history_does_not_replay_on_an_orchestrator_that_begins_differently(string orchestrator)
    {
        var golden = Read(orchestrator);
        var changed = new TestFunctions().Orchestrator(orchestrator, async context =>
            await context.CallActivityAsync<int>("Something else"));

        var failure = Assert.Throws<NonDeterministicOrchestrationException>(() => NewExecution(golden, changed).Replay(golden.Steps));

        Assert.Contains("'Something else'", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Orchestrators))]
    public void A_recorded_history_is_written_as_it_was_read(string orchestrator)
    {
        foreach (var step in Read(orchestrator).Steps)
        {
            var once = HistoryJson.Encode(step);
            Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(HistoryJson.Encode(HistoryJson.DecodeStep(once))));
        }
    }

    private static OrchestrationExecution NewExecution(Golden golden, IDurableFunctions functions) => new(
        new ExecutionIdentity("main", golden.Orchestrator, golden.Input, null, golden.FirstTaskId),
        functions,
        NullLoggerFactory.Instance,
        () => { });

    private static Golden Read(string orchestrator)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Durable", "Golden", orchestrator + ".json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? JsonSerializer.Serialize(value) : null;
        return new Golden(
            orchestrator,
            Text("input"),
            Text("output"),
            json.RootElement.GetProperty("firstTaskId").GetInt32(),
            [.. json.RootElement.GetProperty("steps").EnumerateArray().Select(HistoryJson.ReadStep)]);
    }

    private static async Task RecordIfAskedAsync(string orchestrator)
    {
        if (Environment.GetEnvironmentVariable("RECORD_GOLDEN_HISTORIES") is not { Length: > 0 } folder)
            return;
        var file = Path.Combine(folder, orchestrator + ".json");
        if (!File.Exists(file))
            await RecordAsync(orchestrator, file);
        Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Durable", "Golden"));
        File.Copy(file, Path.Combine(AppContext.BaseDirectory, "Durable", "Golden", orchestrator + ".json"), overwrite: true);
    }

    private static async Task RecordAsync(string orchestrator, string file)
    {
        var (input, events) = Representative.All[orchestrator];
        await using var hub = await TestHub.StartAsync(new Representative().Functions);
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions("main"));
        foreach (var name in events)
            await hub.Client.RaiseEventAsync("main", name, name);
        var ended = await hub.EndWhileTimePasses("main");
        var stored = hub.Engine.Runtime.Store.ReadInstance("main")!;
        await using var stream = File.Create(file);
        await using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteNumber("firstTaskId", stored.FirstTaskId);
        writer.WritePropertyName("input");
        writer.WriteRawValue(stored.Input ?? "null");
        writer.WritePropertyName("output");
        writer.WriteRawValue(ended.SerializedOutput ?? "null");
        writer.WriteStartArray("steps");
        foreach (var step in hub.Engine.ReadHistory("main"))
            HistoryJson.Write(writer, step with { Received = [.. step.Received.Select(WithoutStackTrace)] });
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // Stack traces name the folders of whoever records.
    private static HistoryEvent WithoutStackTrace(HistoryEvent received) => received with { Failure = WithoutStackTrace(received.Failure) };

    private static TaskFailureDetails? WithoutStackTrace(TaskFailureDetails? failure) =>
        failure is null ? null : failure with { StackTrace = null, InnerFailure = WithoutStackTrace(failure.InnerFailure) };

    private sealed record Golden(string Orchestrator, string? Input, string? Output, int FirstTaskId, IReadOnlyList<HistoryStep> Steps);
}
