using System.Globalization;
using System.Text.Json;
using LocalPlatform.Durable.Protocol;
using LocalPlatform.Durable.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace LocalPlatform.Durable.Management;

/// <summary>What of an instance is shown, and what the answer's status code says about it.</summary>
internal sealed record StatusOptions(bool IsList)
{
    public static readonly StatusOptions List = new(IsList: true);

    public bool ShowInput { get; init; } = true;

    public bool ShowHistoryOutput { get; init; }

    public bool FailureIsError { get; init; }

    public IEnumerable<P.HistoryEvent>? History { get; init; }

    public static StatusOptions Single(IEnumerable<P.HistoryEvent>? history, bool failureIsError) =>
        new(IsList: false) { History = history, FailureIsError = failureIsError };
}

/// <summary>The state of one instance, or of a list of them, as the genuine host shows it.</summary>
internal sealed class InstanceStatusResult(IReadOnlyList<StoredInstance> instances, StatusOptions options) : IResult
{
    private const string RetryAfter_s = "5";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        if (!options.IsList)
            SetStatusCode(httpContext, instances[0]);
        await using var writer = new Utf8JsonWriter(response.BodyWriter.AsStream());
        if (options.IsList)
            writer.WriteStartArray();
        foreach (var instance in instances)
            Write(writer, instance);
        if (options.IsList)
            writer.WriteEndArray();
    }

    private void SetStatusCode(HttpContext http, StoredInstance instance)
    {
        if (!instance.IsCompleted)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            http.Response.Headers.RetryAfter = RetryAfter_s;
        }
        else if (options.FailureIsError && instance.Status == P.OrchestrationStatus.Failed)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private void Write(Utf8JsonWriter writer, StoredInstance instance)
    {
        writer.WriteStartObject();
        writer.WriteString("name", instance.Name);
        writer.WriteString("instanceId", instance.Id);
        writer.WriteString("runtimeStatus", instance.Status.ToString());
        WriteJson(writer, "input", options.ShowInput ? instance.Start.Input : null);
        WriteJson(writer, "customStatus", instance.CustomStatus);
        WriteOutput(writer, "output", instance);
        if (instance.Start.Tags.Count > 0)
            WriteTags(writer, instance.Start.Tags);
        writer.WriteString("createdTime", Seconds(instance.CreatedAt));
        writer.WriteString("lastUpdatedTime", Seconds(instance.UpdatedAt));
        if (options.History is not null)
            WriteHistory(writer, instance, options.History);
        writer.WriteEndObject();
    }

    /// <summary>The history as people read it: each result with the name and the time of its call, calls without result left out.</summary>
    private void WriteHistory(Utf8JsonWriter writer, StoredInstance instance, IEnumerable<P.HistoryEvent> history)
    {
        var calls = new Dictionary<int, P.HistoryEvent>();
        writer.WriteStartArray("historyEvents");
        foreach (var past in history)
        {
            if (past.EventId >= 0 && past.ExecutionCompleted is null)
                calls[past.EventId] = past;
            else if (past.OrchestratorStarted is null)
                WriteReceived(writer, instance, past, calls);
        }
        writer.WriteEndArray();
    }

    private void WriteReceived(
        Utf8JsonWriter writer, StoredInstance instance, P.HistoryEvent received, Dictionary<int, P.HistoryEvent> calls)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", received.EventTypeCase.ToString());
        if (received.ExecutionStarted is { } start)
            writer.WriteString("FunctionName", start.Name);
        if (received.ExecutionCompleted is { } end)
            writer.WriteString("OrchestrationStatus", end.OrchestrationStatus.ToString());
        if (received.EventRaised is { } raised)
            writer.WriteString("Name", raised.Name);
        WriteCall(writer, received, calls);
        if ((received.TaskFailed?.FailureDetails ?? received.SubOrchestrationInstanceFailed?.FailureDetails) is { } failure)
        {
            writer.WriteString("Reason", failure.ErrorMessage);
            writer.WriteString("Details", failure.StackTrace ?? Failures.ToText(failure));
        }
        else if (options.ShowHistoryOutput)
        {
            WriteResult(writer, instance, received);
        }
        writer.WriteString("Timestamp", received.Timestamp.ToDateTime());
        writer.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter writer, P.HistoryEvent received, Dictionary<int, P.HistoryEvent> calls)
    {
        var id = received.TaskCompleted?.TaskScheduledId ?? received.TaskFailed?.TaskScheduledId ?? received.TimerFired?.TimerId
            ?? received.SubOrchestrationInstanceCompleted?.TaskScheduledId
            ?? received.SubOrchestrationInstanceFailed?.TaskScheduledId;
        if (id is null || !calls.TryGetValue(id.Value, out var call))
            return;
        if (call.TimerCreated is { } timer)
            writer.WriteString("FireAt", timer.FireAt.ToDateTime());
        else
            writer.WriteString("FunctionName", call.TaskScheduled?.Name ?? call.SubOrchestrationInstanceCreated?.Name);
        writer.WriteString("ScheduledTime", call.Timestamp.ToDateTime());
    }

    private static void WriteResult(Utf8JsonWriter writer, StoredInstance instance, P.HistoryEvent received)
    {
        if (received.ExecutionCompleted is not null)
            WriteOutput(writer, "Result", instance);
        else if (received.EventRaised is { } raised)
            WriteJson(writer, "Input", raised.Input);
        else if (received.ExecutionStarted is null)
            WriteJson(writer, "Result", received.TaskCompleted?.Result ?? received.SubOrchestrationInstanceCompleted?.Result);
    }

    /// <summary>The output of a failed instance is a text that was never JSON.</summary>
    private static void WriteOutput(Utf8JsonWriter writer, string name, StoredInstance instance)
    {
        if (instance.Failure is null)
            WriteJson(writer, name, instance.Output);
        else
            writer.WriteString(name, instance.ShownOutput);
    }

    private static void WriteTags(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, string>> tags)
    {
        writer.WriteStartObject("tags");
        foreach (var (name, value) in tags)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteJson(Utf8JsonWriter writer, string name, string? json)
    {
        writer.WritePropertyName(name);
        if (json is null)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(json);
    }

    private static string Seconds(DateTime time) => time.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
