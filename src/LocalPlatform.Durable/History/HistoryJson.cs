using System.Buffers;
using System.Text.Json;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable.History;

/// <summary>
/// History as it is stored: JSON, payloads embedded as they are. Stored histories outlive the program that wrote them, so names are
/// never changed, only added.
/// </summary>
internal static class HistoryJson
{
    private static readonly string[] KindNames = Enum.GetNames<HistoryEventKind>();

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public static byte[] Encode(HistoryStep step) => Encode(step, static (writer, value) => Write(writer, value));

    public static byte[] Encode(HistoryEvent historyEvent) => Encode(historyEvent, static (writer, value) => Write(writer, value));

    public static string? Encode(TaskFailureDetails? failure) =>
        failure is null ? null : System.Text.Encoding.UTF8.GetString(Encode(failure, static (writer, value) => Write(writer, value)));

    public static HistoryStep DecodeStep(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        return ReadStep(document.RootElement);
    }

    public static HistoryStep ReadStep(JsonElement json) =>
        new(json.GetProperty("time").GetDateTime(), ReadEvents(json, "received"), ReadEvents(json, "actions"));

    public static HistoryEvent DecodeEvent(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        return ReadEvent(document.RootElement);
    }

    public static TaskFailureDetails? DecodeFailure(string? json)
    {
        if (json is null)
            return null;
        using var document = JsonDocument.Parse(json);
        return ReadFailure(document.RootElement);
    }

    public static void Write(Utf8JsonWriter writer, HistoryStep step)
    {
        writer.WriteStartObject();
        writer.WriteString("time"u8, step.Time);
        WriteEvents(writer, "received"u8, step.Received);
        WriteEvents(writer, "actions"u8, step.Actions);
        writer.WriteEndObject();
    }

    private static byte[] Encode<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        // What is written is built here from valid parts; checking it once more is not worth the time.
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, value);
        writer.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > 64 * 1024)
            _buffer = null; // One large payload must not stay with every thread.
        return bytes;
    }

    private static void WriteEvents(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<HistoryEvent> events)
    {
        if (events.Count == 0)
            return;
        writer.WriteStartArray(name);
        foreach (var historyEvent in events)
            Write(writer, historyEvent);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, HistoryEvent value)
    {
        writer.WriteStartObject();
        writer.WriteString("kind"u8, KindNames[(int)value.Kind]);
        if (value.TaskId >= 0)
            writer.WriteNumber("taskId"u8, value.TaskId);
        if (value.Name is not null)
            writer.WriteString("name"u8, value.Name);
        if (value.InstanceId is not null)
            writer.WriteString("instanceId"u8, value.InstanceId);
        if (value.FireAt is { } fireAt)
            writer.WriteString("fireAt"u8, fireAt);
        if (value.Recursive)
            writer.WriteBoolean("recursive"u8, true);
        if (value.Payload is not null)
        {
            writer.WritePropertyName("payload"u8);
            writer.WriteRawValue(value.Payload, skipInputValidation: true);
        }
        if (value.Failure is not null)
        {
            writer.WritePropertyName("failure"u8);
            Write(writer, value.Failure);
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TaskFailureDetails failure)
    {
        writer.WriteStartObject();
        writer.WriteString("errorType"u8, failure.ErrorType);
        writer.WriteString("errorMessage"u8, failure.ErrorMessage);
        if (failure.StackTrace is not null)
            writer.WriteString("stackTrace"u8, failure.StackTrace);
        if (failure.InnerFailure is not null)
        {
            writer.WritePropertyName("innerFailure"u8);
            Write(writer, failure.InnerFailure);
        }
        writer.WriteEndObject();
    }

    private static HistoryEvent[] ReadEvents(JsonElement json, string name) =>
        json.TryGetProperty(name, out var events) ? [.. events.EnumerateArray().Select(ReadEvent)] : [];

    private static HistoryEvent ReadEvent(JsonElement json) => new(Enum.Parse<HistoryEventKind>(json.GetProperty("kind").GetString()!))
    {
        TaskId = json.TryGetProperty("taskId", out var taskId) ? taskId.GetInt32() : -1,
        Name = ReadString(json, "name"),
        InstanceId = ReadString(json, "instanceId"),
        FireAt = json.TryGetProperty("fireAt", out var fireAt) ? fireAt.GetDateTime() : null,
        Recursive = json.TryGetProperty("recursive", out var recursive) && recursive.GetBoolean(),
        Payload = json.TryGetProperty("payload", out var payload) ? payload.GetRawText() : null,
        Failure = json.TryGetProperty("failure", out var failure) ? ReadFailure(failure) : null,
    };

    private static TaskFailureDetails ReadFailure(JsonElement json) => new(
        json.GetProperty("errorType").GetString()!,
        json.GetProperty("errorMessage").GetString()!,
        ReadString(json, "stackTrace"),
        json.TryGetProperty("innerFailure", out var inner) ? ReadFailure(inner) : null,
        null);

    private static string? ReadString(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
