using System.Text;
using System.Text.Json;
using Commerce.Shared.Json;
using Commerce.Shared.Orders;

namespace Commerce.Shared.Tests.Json;

/// <summary>An order as large as orders may be fits into a document of Cosmos DB, of 2 MB.</summary>
public sealed class LargestOrderTests
{
    /// <summary>Of ids the mark that takes most bytes; of names what takes most, and what has to be escaped.</summary>
    [Theory]
    [InlineData("👍")]
    [InlineData("\U00020000")]
    [InlineData("한")]
    [InlineData("\"")]
    [InlineData("\\")]
    [InlineData("&")]
    public void The_largest_order_is_no_larger_than_a_document_and_read_as_it_was(string character)
    {
        var name = string.Concat(Enumerable.Repeat(character, Limits.NameLengthMax));
        var order = new Order
        {
            Id = OperationId.Order("u", "k"),
            UserId = "u".PadRight(Limits.IdentifierLengthMax, '+'),
            Status = OrderStatus.Rejected,
            Fingerprint = OperationId.Fingerprint("f"),
            Lines =
            [
                .. Enumerable.Range(0, Limits.OrderLinesMax).Select(n => new OrderLine(
                    $"p{n:D4}".PadRight(Limits.IdentifierLengthMax, '+'), name, Limits.PriceMax, Limits.QuantityMax,
                    Limits.PriceMax * Limits.QuantityMax)
                { Shard = 16 }),
            ],
            TotalAmount = Limits.MoneyMax,
            CreatedAt = DateTimeOffset.MaxValue,
            PaidAt = DateTimeOffset.MaxValue,
            CancelledAt = DateTimeOffset.MaxValue,
            CancelRequestedAt = DateTimeOffset.MaxValue,
            CartLines = [.. Enumerable.Range(0, Limits.OrderLinesMax)],
            IsPriceBound = true,
            Revision = int.MaxValue,
            TraceParent = new string('0', 55),
        };

        var stored = JsonSerializer.SerializeToUtf8Bytes(order, DocumentJsonContext.Default.Order);

        // Room for what the store adds, and for a rejection.
        Assert.InRange(stored.Length, 1, 1_700_000);
        var read = JsonSerializer.Deserialize(stored, DocumentJsonContext.Default.Order)!;
        Assert.Equal(order.Lines, read.Lines);
    }

    /// <summary>What was stored with more of it escaped is read all the same.</summary>
    [Theory]
    [InlineData("한글 \"quoted\" back\\slash <b>&'+ 👍", "\"한글 \\\"quoted\\\" back\\\\slash <b>&'+ 👍\"")]
    [InlineData("a\nb\u0001", "\"a\\nb\\u0001\"")]
    [InlineData("", "\"\"")]
    public void A_name_is_written_as_it_is_and_read_however_it_was_written(string name, string json)
    {
        var options = new JsonSerializerOptions(DocumentJsonContext.Default.Options) { Converters = { new PlainTextConverter() } };
        Assert.Equal(json, JsonSerializer.Serialize(name, options));
        Assert.Equal(name, JsonSerializer.Deserialize<string>(json, options));
        Assert.Equal(name, JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(name), options));
    }

    [Fact]
    public void Half_a_character_does_no_harm()
    {
        var line = new OrderLine("p", "a\uD83D", 1, 1, 1);
        var stored = JsonSerializer.SerializeToUtf8Bytes(line, DocumentJsonContext.Default.OrderLine);
        Assert.Contains("a\\uFFFD", Encoding.UTF8.GetString(stored), StringComparison.Ordinal);
    }
}
