using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.DurableTask;

namespace LocalPlatform.Durable;

/// <summary>JSON as the isolated worker reads and writes it: names as declared, read without regard to case.</summary>
public sealed class JsonDataConverter : DataConverter
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNameCaseInsensitive = true };

    public static JsonDataConverter Default { get; } = new();

    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Options);

    [return: NotNullIfNotNull(nameof(data))]
    public override object? Deserialize(string? data, Type targetType)
        => data is null ? null : JsonSerializer.Deserialize(data, targetType, Options)!;

    [return: NotNullIfNotNull(nameof(data))]
    public override T? Deserialize<T>(string? data)
        where T : default
        => data is null ? default : JsonSerializer.Deserialize<T>(data, Options)!;
}
