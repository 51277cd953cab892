using System.Text;
using System.Text.Json;
using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

/// <summary>Segments are stored for weeks: how they are written may not change.</summary>
public sealed class SalesSegmentJsonTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 10, 0, TimeSpan.Zero);

    private readonly ProductIds _products = new();

    [Fact]
    public void A_segment_of_a_bucket_is_written_as_it_always_was() => Assert.Equal(
        """
        {"id":"m10-20260301T1210-7","scope":"paid-2","ttl":346200,"level":"m10","segment":7,"parts":[
        {"start":"2026-03-01T12:10:00Z","sales":["p+1",3,4500,"하트",-1,-900]}]}
        """.ReplaceLineEndings(""),
        Written(new SegmentWrite(BucketLevel.Fine, 7, [new(Start, Entries(("p+1", 3, 4_500), ("하트", -1, -900)))])));

    [Fact]
    public void A_mixed_document_is_written_as_it_always_was() => Assert.Equal(
        """
        {"id":"h6-mixed-41","scope":"paid-2","ttl":2700000,"level":"h6","parts":[
        {"start":"2026-03-01T12:10:00Z","sales":["p+1",3,4500]},{"start":"2026-03-01T18:10:00Z","sales":[]}]}
        """.ReplaceLineEndings(""),
        Written(new SegmentWrite(BucketLevel.Coarse, null, [new(Start, Entries(("p+1", 3, 4_500))), new(Start.AddHours(6), null)])));

    [Fact]
    public void What_is_stored_is_counted_in_its_bucket_also_when_the_store_writes_doubles()
    {
        var board = Loaded(
            """{"level":"m10","segment":0,"parts":[{"start":"2026-03-01T12:10:00Z","sales":["p",3.0,4.5e3,"q",1,2]}]}""",
            """
            {"level":"m10","parts":[
              {"start":"2026-03-01T12:00:00Z","sales":["p",1,1]}, {"start":"2026-03-01T10:50:00Z","sales":["p",1,1]}]}
            """);
        Assert.Equal([new("p", 4, 4_501), new("q", 1, 2)], board.Top(RankingWindow.Find("1h")!, 9, new HashSet<string>()));
        Assert.Equal(5, board.Top(RankingWindow.Default, 1, new HashSet<string>())[0].Quantity);
    }

    [Theory]
    [InlineData("""{"id":"checkpoint","parts":[{"start":"2026-03-01T12:10:00Z","sales":["p",1,1]}]}""")]
    [InlineData("""{"level":"m5","parts":[{"start":"2026-03-01T12:10:00Z","sales":["p",1,1]}]}""")]
    public void What_is_no_segment_of_a_level_is_none_of_the_boards(string document)
    {
        var board = Loaded(document);
        Assert.All(RankingWindow.All, window => Assert.Empty(board.Top(window, 9, new HashSet<string>())));
    }

    private static SalesBoard Loaded(params string[] documents)
    {
        var board = new SalesBoard(Start.AddMinutes(5));
        foreach (var document in documents)
            SalesSegmentJson.Load(JsonDocument.Parse(document).RootElement, board);
        return board;
    }

    private string Written(SegmentWrite write) =>
        Encoding.UTF8.GetString(SalesSegmentJson.Write(write, "paid-2", 41, _products).Span);

    private SalesByProduct Entries(params (string Product, long Quantity, long Revenue)[] entries)
    {
        var sales = new SalesByProduct();
        foreach (var (product, quantity, revenue) in entries)
            sales.Add(_products.NumberOf(product), new(quantity, revenue));
        return sales;
    }
}
