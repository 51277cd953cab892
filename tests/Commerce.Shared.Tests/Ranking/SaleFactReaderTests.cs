using System.Text;
using System.Text.Json;
using Commerce.Shared.Balance;
using Commerce.Shared.Orders;
using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

public class SaleFactReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly LedgerEntry Payment = new()
    {
        Id = "payment-o-1",
        UserId = "kim",
        Kind = EntryKind.Payment,
        Amount = -27_300,
        BalanceAfter = 0,
        Sequence = 1,
        CreatedAt = Noon,
        OrderId = "o-1",
        Lines = [new("85123A", 6, 4_500), new("71053", 1, 300)],
    };

    private static readonly LedgerEntry Refund = Payment with
    {
        Id = "refund-o-1",
        Kind = EntryKind.Refund,
        Amount = 27_300,
        CreatedAt = Noon.AddHours(2),
        SoldAt = Noon,
    };

    [Fact]
    public void Lines_of_payments_and_refunds_are_facts_and_cancel_out_in_the_bucket_of_the_payment()
    {
        var (facts, products, count) = Read(Page(Payment, Refund));

        Assert.Equal(2, count);
        Assert.Equal(
            [
                new(0, new(6, 27_000), Noon), new(1, new(1, 300), Noon),
                new(0, new(-6, -27_000), Noon), new(1, new(-1, -300), Noon),
            ],
            facts);
        Assert.Equal(("85123A", "71053"), (products[0], products[1]));
    }

    [Theory]
    [InlineData(EntryKind.Charge)]
    [InlineData(EntryKind.Refused)]
    public void Other_entries_are_no_sales(EntryKind kind) => Assert.Empty(Read(Page(Payment with { Kind = kind })).Facts);

    [Theory]
    [InlineData(OrderStatus.Pending)]
    [InlineData(OrderStatus.Paid)]
    public void An_order_is_no_fact_whatever_its_status(OrderStatus status)
    {
        var order = JsonSerializer.Serialize(
            new Order
            {
                Id = "o-1",
                UserId = "kim",
                Status = status,
                Fingerprint = "f",
                Lines = [new("p", "P", 1, 1_000_000, 1_000_000)],
                TotalAmount = 1_000_000,
                CreatedAt = Noon,
            },
            DocumentJsonContext.Default.Order);

        var (facts, _, count) = Read($$"""{"_rid":"x","Documents":[{{order}},{{Json(Payment)}}],"_count":2}""");

        Assert.Equal(2, count);
        Assert.Equal(2, facts.Count);
    }

    [Fact]
    public void Unknown_fields_strange_types_and_doubles_do_no_harm()
    {
        var page =
            """
            {"a":{"Documents":[1]},"b":[[]],"Documents":[
              {"lines":[{"quantity":2.0,"unitPrice":1e3,"productId":"키","more":{"lines":[{"productId":"no"}]}}],"kind":"payment","createdAt":"2026-03-01T12:00:00Z"},
              {"kind":7,"lines":[{"productId":"p","quantity":2}],"createdAt":"2026-03-01T12:00:00Z"},
              {"kind":"payment","lines":[7,[{}],{"productId":"p","quantity":"many"},{"productId":null,"quantity":2}],"createdAt":"2026-03-01T12:00:00Z"},
              {"kind":"payment","lines":{"productId":"p"},"createdAt":"2026-03-01T12:00:00Z"},
              {"kind":"payment","lines":[{"productId":"p","quantity":2}],"createdAt":"then"},
              {"kind":"payment","lines":[{"productId":"p","quantity":2}],"createdAt":"2026-03-01T12:00:00Z","type":"order"},
              {}
            ],"_count":7}
            """;

        var (facts, products, count) = Read(page);

        Assert.Equal(7, count);
        Assert.Equal([new Sales(2, 2_000), new Sales(0, 0)], facts.Select(fact => fact.Sales));
        Assert.Equal("키", products[facts[0].Product]);
    }

    [Fact]
    public void An_id_longer_than_any_of_ours_is_still_read()
    {
        var id = new string('x', 500);
        var (facts, products, _) = Read(Page(Payment with { Lines = [new(id, 1, 1)] }));
        Assert.Equal(id, products[facts.Single().Product]);
    }

    /// <summary>The document after it shows where the reader has come to.</summary>
    [Theory]
    [InlineData("type")]
    [InlineData("kind")]
    [InlineData("createdAt")]
    [InlineData("soldAt")]
    [InlineData("lines")]
    [InlineData("productId")]
    [InlineData("quantity")]
    [InlineData("unitPrice")]
    [InlineData("other")]
    public void Whatever_stands_in_a_field_the_next_document_is_read(string field)
    {
        foreach (var value in (string[])["7", "-1.5e3", "null", "true", "\"x\"", """{"a":{"b":[1]}}""", """[{"a":[{}]},[]]""", "[]", "{}"])
        {
            var fields = new (string Name, string Value)[]
            {
                ("type", "\"entry\""), ("kind", "\"payment\""), ("createdAt", "\"2026-03-01T12:00:00Z\""), ("soldAt", "null"),
                ("lines", $$"""[{"productId":"p","quantity":1,"unitPrice":1,{{Field(field, value)}}}]"""), ("other", "1"),
            };
            var strange = string.Join(',', fields.Select(one => one.Name == field ? Field(field, value) : Field(one.Name, one.Value)));

            var (facts, products, count) = Read($$"""{"Documents":[{{{strange}}},{{Json(Refund)}}]}""");

            Assert.Equal(2, count);
            Assert.Equal([(-6, Noon), (-1, Noon)], facts.TakeLast(2).Select(fact => (fact.Sales.Quantity, fact.SoldAt)));
            Assert.Equal(["85123A", "71053"], facts.TakeLast(2).Select(fact => products[fact.Product]));
        }

        static string Field(string name, string value) => $"\"{name}\":{value}";
    }

    [Fact]
    public void Only_the_lines_of_entries_are_looked_at()
    {
        var line = """[{"productId":"q","quantity":5,"unitPrice":5}]""";
        var entry = Json(Payment).Replace("\"lines\":", $"\"more\":{line},\"lines\":", StringComparison.Ordinal);

        var (facts, products, _) = Read($$"""{"Documents":[{"type":"order","lines":{{line}}},{{entry}}]}""");

        Assert.Equal(["85123A", "71053"], facts.Select(fact => products[fact.Product]));
        Assert.Equal(2, products.NumberOf("met for the first time"));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    public void An_id_is_the_same_however_long_and_however_it_is_escaped(int length)
    {
        var id = new string('x', length);
        var plain = Json(Payment with { Lines = [new(id, 1, 1), new(id, 1, 1)] });
        var escaped = plain.Replace($"\"{id}", "\"\\u0078" + id[1..], StringComparison.Ordinal);

        var (facts, products, _) = Read($$"""{"Documents":[{{plain}},{{escaped}}]}""");

        Assert.Equal([id, id, id, id], facts.Select(fact => products[fact.Product]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""[{"Documents":[{}]}]""")]
    [InlineData("""{"Documents":[]}""")]
    [InlineData("""{"Documents":[7,{}]}""")]
    [InlineData("""{"_count":1}""")]
    public void An_empty_page_has_no_facts(string page) => Assert.Equal(0, Read(page).Documents);

    [Theory]
    [InlineData("""{"Documents":[{"_ts":7,"kind":"charge"},{"kind":"payment","lines":[],"_ts":9}]}""", 9)]
    [InlineData("""{"Documents":[{"_ts":9},{"_ts":"lost"}]}""", 0)]
    [InlineData("""{"Documents":[]}""", 0)]
    [InlineData("""{"_count":1}""", 0)]
    public void When_the_last_document_was_written_is_told(string page, long writtenAt) =>
        Assert.Equal(writtenAt, SaleFactReader.Read(Encoding.UTF8.GetBytes(page), new(), []).WrittenAt);

    [Fact]
    public void A_page_cut_short_is_refused() =>
        Assert.ThrowsAny<JsonException>(() => Read("""{"Documents":[{"kind":"payment","lines":[{"productId":"p" """));

    private static (List<SaleFact> Facts, ProductIds Products, int Documents) Read(string page)
    {
        var products = new ProductIds();
        var facts = new List<SaleFact>();
        return (facts, products, SaleFactReader.Read(Encoding.UTF8.GetBytes(page), products, facts).Documents);
    }

    private static string Page(params LedgerEntry[] entries) =>
        $$"""{"_rid":"x","Documents":[{{string.Join(',', entries.Select(Json))}}],"_count":{{entries.Length}}}""";

    private static string Json(LedgerEntry entry) => JsonSerializer.Serialize(entry, DocumentJsonContext.Default.LedgerEntry);
}
