using System.Globalization;
using System.Text.Json;
using LocalPlatform.Durable.History;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Management;

/// <summary>What of an instance is shown, and what the answer's status code says about it.</summary>
internal sealed record StatusOptions(bool IsList)
{
    public static readonly StatusOptions List = new(IsList: true);

    public bool ShowInput { get; init; } = true;

    public bool ShowHistoryOutput { get; init; }

    public bool FailureIsError { get; init; }

    public IReadOnlyList<HistoryStep>? History { get; init; }

    public static StatusOptions Single(IReadOnlyList<HistoryStep>? history, bool failureIsError) =>
        new(IsList: false) { History = history, FailureIsError = failureIsError };
}

/// <summary>The state of one instance, or of a list of them, as the genuine host shows it.</summary>
internal sealed class InstanceStatusResult(IReadOnlyList<OrchestrationMetadata> instances, StatusOptions options) : IResult
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

    private void SetStatusCode(HttpContext http, OrchestrationMetadata instance)
    {
        if (!instance.IsCompleted)
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers.Location = http.Request.GetEncodedUrl();
            http.Response.Headers.RetryAfter = RetryAfter_s;
        }
        else if (options.FailureIsError && instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private void Write(Utf8JsonWriter writer, OrchestrationMetadata instance)
    {
        writer.WriteStartObject();
        writer.WriteString("name", instance.Name);
        writer.WriteString("instanceId", instance.InstanceId);
        writer.WriteString("runtimeStatus", instance.RuntimeStatus.ToString());
        WriteJson(writer, "input", options.ShowInput ? instance.SerializedInput : null);
        WriteJson(writer, "customStatus", instance.SerializedCustomStatus);
        WriteOutput(writer, "output", instance);
        if (instance.Tags.Count > 0)
            WriteTags(writer, instance.Tags);
        writer.WriteString("createdTime", Seconds(instance.CreatedAt));
        writer.WriteString("lastUpdatedTime", Seconds(instance.LastUpdatedAt));
        if (options.History is not null)
            WriteHistory(writer, instance, options.History);
        writer.WriteEndObject();
    }

    /// <summary>The history as people read it: each result with the name and the time of its call, calls without result left out.</summary>
    private void WriteHistory(Utf8JsonWriter writer, OrchestrationMetadata instance, IReadOnlyList<HistoryStep> history)
    {
        var calls = new Dictionary<int, (HistoryEvent Action, DateTime Time)>();
        writer.WriteStartArray("historyEvents");
        foreach (var step in history)
        {
            foreach (var received in step.Received)
                WriteReceived(writer, instance, step.Time, received, calls);
            foreach (var action in step.Actions)
            {
                if (action.TaskId >= 0)
                    calls[action.TaskId] = (action, step.Time);
                else if (action.Kind == HistoryEventKind.ExecutionCompleted)
                    WriteEnd(writer, instance, step.Time);
            }
        }
        writer.WriteEndArray();
    }

    private void WriteReceived(
        Utf8JsonWriter writer,
        OrchestrationMetadata instance,
        DateTime time,
        HistoryEvent received,
        Dictionary<int, (HistoryEvent Action, DateTime Time)> calls)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", received.Kind.ToString());
        if (received.Kind == HistoryEventKind.ExecutionStarted)
            writer.WriteString("FunctionName", instance.Name);
        if (calls.TryGetValue(received.TaskId, out var call))
        {
            if (call.Action.FireAt is { } fireAt)
                writer.WriteString("FireAt", fireAt);
            else
                writer.WriteString("FunctionName", call.Action.Name);
            writer.WriteString("ScheduledTime", call.Time);
        }
        if (received.Kind == HistoryEventKind.EventRaised)
            writer.WriteString("Name", received.Name);
        if (received.Failure is { } failure)
        {
            writer.WriteString("Reason", failure.ErrorMessage);
            writer.WriteString("Details", failure.StackTrace ?? failure.ToString());
        }
        else if (options.ShowHistoryOutput && received.Kind != HistoryEventKind.ExecutionStarted)
        {
            WriteJson(writer, received.Kind == HistoryEventKind.EventRaised ? "Input" : "Result", received.Payload);
        }
        writer.WriteString("Timestamp", time);
        writer.WriteEndObject();
    }

    private void WriteEnd(Utf8JsonWriter writer, OrchestrationMetadata instance, DateTime time)
    {
        writer.WriteStartObject();
        writer.WriteString("EventType", nameof(HistoryEventKind.ExecutionCompleted));
        writer.WriteString("OrchestrationStatus", instance.RuntimeStatus.ToString());
        if (options.ShowHistoryOutput)
            WriteOutput(writer, "Result", instance);
        writer.WriteString("Timestamp", time);
        writer.WriteEndObject();
    }

    /// <summary>The output of a failed instance is a text that was never JSON.</summary>
    private static void WriteOutput(Utf8JsonWriter writer, string name, OrchestrationMetadata instance)
    {
        if (instance.FailureDetails is null)
            WriteJson(writer, name, instance.SerializedOutput);
        else
            writer.WriteString(name, instance.SerializedOutput);
    }

    private static void WriteTags(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> tags)
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

    private static string Seconds(DateTimeOffset time) => time.UtcDateTime.ToString("s", CultureInfo.InvariantCulture) + "Z";
}
