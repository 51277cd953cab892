using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Commerce.Shared.Ranking;

/// <summary>
/// Segments as documents of the container <c>ranking</c>:
/// <c>{"id":"m10-20260301T0910-0","scope":...,"ttl":...,"level":"m10","segment":0,"parts":[{"start":...,"sales":["p1",3,4500,...]}]}</c>.
/// Product, pieces and won follow one another in one array, which takes half the room of objects.
/// </summary>
public static class SalesSegmentJson
{
    // A plus sign, which product ids may have, would take six bytes instead of one.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The document id: that of the bucket with the segment's number, or of the commit for a mixed document.</summary>
    public static string IdOf(SegmentWrite write, long commit)
    {
        ArgumentNullException.ThrowIfNull(write);
        return write.Segment is { } segment
            ? string.Create(CultureInfo.InvariantCulture, $"{write.Level.Name}-{write.Parts[0].Start:yyyyMMdd'T'HHmm}-{segment}")
            : string.Create(CultureInfo.InvariantCulture, $"{write.Level.Name}-mixed-{commit}");
    }

    /// <summary>The document as UTF-8 JSON.</summary>
    public static ReadOnlyMemory<byte> Write(SegmentWrite write, string scope, long commit, ProductIds products)
    {
        ArgumentNullException.ThrowIfNull(products);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("id"u8, IdOf(write, commit));
        json.WriteString("scope"u8, scope);
        json.WriteNumber("ttl"u8, (int)write.Level.Lifetime.TotalSeconds);
        json.WriteString("level"u8, write.Level.Name);
        if (write.Segment is { } segment)
            json.WriteNumber("segment"u8, segment);
        json.WriteStartArray("parts"u8);
        foreach (var part in write.Parts)
            WritePart(json, part, products);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Loads a document of the container into a board, if it is a segment.</summary>
    public static void Load(JsonElement document, SalesBoard board)
    {
        ArgumentNullException.ThrowIfNull(board);
        if (!document.TryGetProperty("level"u8, out var name))
            return;
        if (BucketLevel.All.FirstOrDefault(level => name.ValueEquals(level.Name)) is not { } level)
            return;
        int? segment = document.TryGetProperty("segment"u8, out var number) ? number.GetInt32() : null;
        foreach (var part in document.GetProperty("parts"u8).EnumerateArray())
        {
            var entries = ReadEntries(part.GetProperty("sales"u8), board.Products);
            board.Load(level, part.GetProperty("start"u8).GetDateTimeOffset(), segment, entries);
        }
    }

    private static void WritePart(Utf8JsonWriter json, SegmentPart part, ProductIds products)
    {
        json.WriteStartObject();
        json.WriteString("start"u8, part.Start.UtcDateTime);
        json.WriteStartArray("sales"u8);
        foreach (var (product, sales) in part.Entries ?? [])
        {
            json.WriteStringValue(products[product]);
            json.WriteNumberValue(sales.Quantity);
            json.WriteNumberValue(sales.Revenue);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static SalesByProduct ReadEntries(JsonElement sales, ProductIds products)
    {
        var entries = new SalesByProduct();
        var values = sales.EnumerateArray();
        while (values.MoveNext())
        {
            var product = products.NumberOf(values.Current.GetString());
            entries.Accumulate(product, new(NextNumber(ref values), NextNumber(ref values)));
        }
        return entries;
    }

    private static long NextNumber(ref JsonElement.ArrayEnumerator values)
    {
        values.MoveNext();
        return values.Current.TryGetInt64(out var number) ? number : (long)values.Current.GetDouble();
    }
}
