using System.Globalization;
using System.Text;
using System.Text.Json;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Resources;

/// <summary>
/// Provisioned throughput in request units a second: a fixed number, or with autoscale the highest one. It is kept and shown, and
/// limits nothing; what a container is created with decides over how many ranges it is spread.
/// </summary>
/// <param name="Units">RU/s; the maximum of autoscale.</param>
/// <param name="AutoscaleSettings">The client's JSON object when the throughput scales by itself, else null.</param>
internal sealed record Throughput(int Units, string? AutoscaleSettings)
{
    public const string Rule =
        "The offer should have valid throughput values between 400 and 1000000 inclusive in increments of 100; "
        + "the maximum of autoscale lies between 1000 and 1000000 in increments of 1000.";

    /// <summary>What a container has whose creator has asked for nothing.</summary>
    public static readonly Throughput Default = new(UnitsMin, null);

    private const int UnitsMin = 400;
    private const int AutoscaleUnitsMin = 1000;
    private const int UnitsMax = 1_000_000;
    private const int RangesMax = 64;

    // The published limit of one physical partition.
    private const int UnitsPerRange = 10_000;

    /// <summary>Ranges a container with this throughput is created with.</summary>
    public int Ranges => Math.Min(RangesMax, (Units + UnitsPerRange - 1) / UnitsPerRange);

    /// <summary>What is provided at least: autoscale goes down to a tenth of its maximum.</summary>
    public int CurrentUnits => AutoscaleSettings is null ? Units : Units / 10;

    /// <summary>The least this throughput can be replaced with, in RU/s.</summary>
    public int Min => AutoscaleSettings is null ? Math.Max(UnitsMin, Units / 100) : Math.Max(AutoscaleUnitsMin, Units / 10 / 1000 * 1000);

    private bool IsValid => AutoscaleSettings is null
        ? Units is >= UnitsMin and <= UnitsMax && Units % 100 == 0
        : Units is >= AutoscaleUnitsMin and <= UnitsMax && Units % 1000 == 0;

    /// <summary>What a request to create something asks for, null for nothing; false when that breaks <see cref="Rule"/>.</summary>
    public static bool TryRead(GatewayRequest request, out Throughput? throughput)
    {
        throughput = null;
        if (request.Headers.Find(HeaderNames.OfferThroughput) is { } text)
            throughput = new Throughput(int.TryParse(text, CultureInfo.InvariantCulture, out var units) ? units : 0, null);
        else if (request.Headers.Find(HeaderNames.OfferAutopilot) is { } settings)
            throughput = FromSettings(settings);
        return throughput is not { IsValid: false };
    }

    /// <summary>What the content of a replaced offer asks for; null when it breaks <see cref="Rule"/>.</summary>
    public static Throughput? FromOffer(JsonElement content)
    {
        var throughput = content.TryGetProperty("offerAutopilotSettings"u8, out var settings) && settings.ValueKind == JsonValueKind.Object
            ? FromSettings(settings.GetRawText())
            : content.TryGetProperty("offerThroughput"u8, out var value) && value.TryGetInt32(out var units) ? new Throughput(units, null) : null;
        return throughput is { IsValid: true } ? throughput : null;
    }

    /// <summary>A number, or the settings of autoscale as text.</summary>
    public object ToStored() => AutoscaleSettings is null ? Units : AutoscaleSettings;

    public static Throughput? FromStored(SqliteRow row, int column)
    {
        if (row.IsDBNull(column))
            return null;
        var text = row.GetString(column);
        return text.StartsWith('{') ? FromSettings(text) : new Throughput(int.Parse(text, CultureInfo.InvariantCulture), null);
    }

    /// <summary>The content of an offer.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("offerThroughput", CurrentUnits);
        writer.WriteBoolean("offerIsRUPerMinuteThroughputEnabled", false);
        if (AutoscaleSettings is not null)
        {
            writer.WritePropertyName("offerAutopilotSettings");
            writer.WriteRawValue(AutoscaleSettings);
        }
        writer.WriteEndObject();
    }

    private static Throughput FromSettings(string settings)
    {
        using var json = JsonText.TryParse(Encoding.UTF8.GetBytes(settings));
        var units = json is { RootElement.ValueKind: JsonValueKind.Object }
            && json.RootElement.TryGetProperty("maxThroughput"u8, out var max) && max.TryGetInt32(out var value) ? value : 0;
        return new Throughput(units, settings);
    }
}
