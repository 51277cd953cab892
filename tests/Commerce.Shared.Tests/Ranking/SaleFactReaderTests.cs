using System.Text;
using System.Text.Json;
using Commerce.Shared.Catalog;
using Commerce.Shared.Json;
using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

public class SaleFactReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly StockMovement Sale = new()
    {
        Sequence = 1,
        Id = "sale-o-1",
        ProductId = "85123A",
        Kind = MovementKind.Sale,
        Delta = -6,
        StockAfter = 94,
        OccurredAt = Noon,
        UnitPrice = 4_500,
        OrderId = "o-1",
    };

    private static readonly StockMovement Release = Sale with
    {
        Id = "release-o-1",
        Kind = MovementKind.Release,
        Delta = 6,
        OccurredAt = Noon.AddHours(2),
        SoldAt = Noon,
    };

    [Fact]
    public void Sales_and_releases_are_facts_and_cancel_out_in_the_bucket_of_the_sale()
    {
        var (facts, products, count) = Read(Page(Sale, Release));

        Assert.Equal(2, count);
        Assert.Equal([new(0, new(6, 27_000), Noon), new(0, new(-6, -27_000), Noon)], facts);
        Assert.Equal("85123A", products[0]);
    }

    [Theory]
    [InlineData(MovementKind.Initial)]
    [InlineData(MovementKind.Adjustment)]
    [InlineData(MovementKind.Refused)]
    public void Other_movements_are_no_sales(MovementKind kind) => Assert.Empty(Read(Page(Sale with { Kind = kind })).Facts);

    [Fact]
    public void A_product_is_no_fact()
    {
        var product = JsonSerializer.Serialize(
            new Product { ProductId = "p", Name = "kind", Price = 1, Stock = 1, CreatedAt = Noon, UpdatedAt = Noon },
            DocumentJsonContext.Default.Product);

        var (facts, _, count) = Read($$"""{"_rid":"x","Documents":[{{product}},{{Json(Sale)}}],"_count":2}""");

        Assert.Equal(2, count);
        Assert.Single(facts);
    }

    [Fact]
    public void Every_document_tells_that_its_product_has_changed()
    {
        var products = new ProductIds();
        var touched = new HashSet<int>();

        SaleFactReader.Read(
            """{"Documents":[{"productId":"a","type":"product"},{"productId":"b","kind":"refused"},{"productId":"a"},{"id":"x"}]}"""u8,
            products,
            [],
            touched);

        Assert.Equal(["a", "b"], touched.Select(number => products[number]).Order());
    }

    [Fact]
    public void Unknown_fields_strange_types_and_doubles_do_no_harm()
    {
        var page =
            """
            {"a":{"Documents":[1]},"b":[[]],"Documents":[
              {"kind":"sale","nested":{"kind":"release","deep":[{"delta":9}]},"delta":-2.0,"unitPrice":1e3,"productId":"키","occurredAt":"2026-03-01T12:00:00Z"},
              {"kind":7,"delta":-2,"productId":"p","occurredAt":"2026-03-01T12:00:00Z"},
              {"kind":"sale","delta":"many","productId":"p","occurredAt":"2026-03-01T12:00:00Z"},
              {"kind":"sale","delta":-2,"productId":null,"occurredAt":"2026-03-01T12:00:00Z"},
              {"kind":"sale","delta":-2,"productId":"p","occurredAt":"then"},
              {}
            ],"_count":6}
            """;

        var (facts, products, count) = Read(page);

        Assert.Equal(6, count);
        Assert.Equal([new Sales(2, 2_000), new Sales(0, 0)], facts.Select(fact => fact.Sales));
        Assert.Equal("키", products[facts[0].Product]);
    }

    [Fact]
    public void An_id_longer_than_any_of_ours_is_still_read()
    {
        var id = new string('x', 500);
        var (facts, products, _) = Read(Page(Sale with { ProductId = id }));
        Assert.Equal(id, products[facts.Single().Product]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Documents":[]}""")]
    public void An_empty_page_has_no_facts(string page) => Assert.Equal(0, Read(page).Count);

    [Fact]
    public void A_page_cut_short_is_refused() =>
        Assert.ThrowsAny<JsonException>(() => Read("""{"Documents":[{"kind":"sale","productId":"p" """));

    private static (List<SaleFact> Facts, ProductIds Products, int Count) Read(string page)
    {
        var products = new ProductIds();
        var facts = new List<SaleFact>();
        return (facts, products, SaleFactReader.Read(Encoding.UTF8.GetBytes(page), products, facts, []));
    }

    private static string Page(params StockMovement[] movements) =>
        $$"""{"_rid":"x","Documents":[{{string.Join(',', movements.Select(Json))}}],"_count":{{movements.Length}}}""";

    private static string Json(StockMovement movement) => JsonSerializer.Serialize(movement, DocumentJsonContext.Default.StockMovement);
}
