using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

/// <summary>Where a board's windows, segments and compaction begin and end, each tried on both sides.</summary>
public sealed class SalesBoardBoundsTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    [Theory]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("72h")]
    [InlineData("7d")]
    [InlineData("30d")]
    public void A_window_has_its_first_moment_and_not_the_one_before(string name)
    {
        var (window, board) = (RankingWindow.Find(name)!, BoardAt(Start));
        var first = board.StartOf(window);
        board.Fold(new(0, new(1, 1), first));
        board.Fold(new(1, new(1, 1), first.AddTicks(-1)));
        Assert.Equal(["p0"], Ids(board, window));

        var loaded = BoardAt(Start);
        loaded.Load(window.Level, first, 0, Entries(0));
        loaded.Load(window.Level, first.AddTicks(-1), 0, Entries(1));
        Assert.Equal(["p0"], Ids(loaded, window));
    }

    [Theory]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("72h")]
    [InlineData("7d")]
    [InlineData("30d")]
    public void Sales_that_are_stored_leave_a_window_when_it_has_passed_them(string name)
    {
        var (window, board) = (RankingWindow.Find(name)!, BoardAt(Start));
        board.Fold(new(0, new(1, 1), Start));
        board.TakeWrites(Start);
        board.Advance(Start + window.Length);
        Assert.Equal(["p0"], Ids(board, window));
        board.Advance(Start + window.Length + window.Level.Size - TimeSpan.FromTicks(1));
        Assert.Equal(["p0"], Ids(board, window));
        for (var bucket = 1; bucket < 4; bucket++)
        {
            board.Advance(Start + window.Length + (bucket * window.Level.Size));
            Assert.Empty(Ids(board, window));
        }
        // They have left it once: what is sold later is not made less by them.
        board.Fold(new(0, new(1, 1), Start + window.Length));
        Assert.Equal(1, board.Top(window, 1, None).Single().Quantity);
    }

    [Theory]
    [InlineData("1h")]
    [InlineData("24h")]
    [InlineData("72h")]
    [InlineData("7d")]
    [InlineData("30d")]
    public void Whatever_was_taken_up_leaves_a_window_also_when_time_has_passed_at_once(string name)
    {
        var (window, board) = (RankingWindow.Find(name)!, BoardAt(Start));
        board.Load(window.Level, Start, 0, Entries(0));
        board.Load(window.Level, Start, null, Entries(1));
        board.Fold(new(2, new(1, 1), Start));
        Assert.Equal(["p0", "p1", "p2"], Ids(board, window));
        board.Advance(Start + window.Length + (5 * window.Level.Size));
        Assert.Empty(Ids(board, window));
    }

    [Fact]
    public void A_window_that_is_none_of_the_boards_is_a_fault() => Assert.Throws<InvalidOperationException>(() =>
        BoardAt(Start).Top(new RankingWindow("2h", TimeSpan.FromHours(2), BucketLevel.Fine), 1, None));

    [Fact]
    public void A_sale_that_only_the_longer_windows_reach_is_pending_once()
    {
        var board = BoardAt(Start);
        board.Fold(new(0, new(1, 1), Start.AddHours(-72)));
        Assert.Equal(2, board.PendingEntries);
        board.Fold(new(0, new(1, 1), Start.AddHours(-72).AddTicks(-1)));
        Assert.Equal(3, board.PendingEntries);
        board.Fold(new(0, new(1, 1), Start.AddDays(-30).AddTicks(-1)));
        Assert.Equal(3, board.PendingEntries);
    }

    [Fact]
    public void What_waits_to_be_stored_is_kept_and_written_however_late()
    {
        var board = BoardAt(Start);
        board.Fold(new(0, new(1, 1), Start));
        board.Advance(Start.AddDays(40));
        Assert.Equal(2, board.PendingEntries);
        Assert.Equal(["m10-0", "h6-0"], board.TakeWrites(Start.AddDays(40)).Select(write => $"{write.Level.Name}-{write.Segment}"));
    }

    [Fact]
    public void Facts_of_one_product_in_one_bucket_make_one_entry()
    {
        SaleFact[] facts =
        [
            new(0, new(1, 1), Start), new(0, new(2, 2), Start.AddMinutes(9)), new(1, new(1, 1), Start),
            new(0, new(1, 1), Start.AddMinutes(10)), new(0, new(1, 1), Start.AddHours(6)),
        ];
        // Four of ten minutes, three of six hours.
        Assert.Equal(7, SalesBoard.EntriesOf(facts));
        var board = BoardAt(Start);
        foreach (var fact in facts)
            board.Fold(fact);
        Assert.Equal(7, board.PendingEntries);
    }

    [Fact]
    public void The_best_are_none_when_none_is_asked_for() => Assert.Empty(Sold(BoardAt(Start)).Top(RankingWindow.Default, 0, None));

    [Fact]
    public void A_bucket_s_last_segment_is_written_again_while_it_has_room_for_what_is_new()
    {
        var board = BoardAt(Start);
        Fold(board, 0, SalesBoard.TailEntriesMax - 1);
        Assert.Equal("0: 127", Fine(board.TakeWrites(Start)));
        Fold(board, 127, 1);
        Assert.Equal("0: 128", Fine(board.TakeWrites(Start)));
        Fold(board, 128, 1);
        Assert.Equal("1: 1", Fine(board.TakeWrites(Start)));
        Fold(board, 200, 128);
        Assert.Equal("2: 128", Fine(board.TakeWrites(Start)));
        Fold(board, 200, 128);
        // The same products once more take no more room, but nobody counts them before.
        Assert.Equal("3: 128", Fine(board.TakeWrites(Start)));
    }

    [Fact]
    public void Segments_are_taken_up_in_any_order_and_the_last_of_them_is_written_again()
    {
        var board = BoardAt(Start);
        board.Load(BucketLevel.Fine, Start, 2, Entries(0, 1, 2));
        board.Load(BucketLevel.Fine, Start, 0, Entries(3));
        board.Load(BucketLevel.Fine, Start, 1, Entries(4, 5));
        Fold(board, 9, 1);
        Assert.Equal("2: 4", Fine(board.TakeWrites(Start)));
        Assert.Equal(7, Ids(board, RankingWindow.Default).Count());
    }

    [Fact]
    public void The_buckets_that_have_least_to_store_share_a_document()
    {
        var board = BoardAt(Start);
        // 59 buckets of ten minutes, with 1, 2, 3 entries and so on; and the two of six hours that they lie in.
        for (var bucket = 0; bucket < 59; bucket++)
        {
            for (var product = 0; product <= bucket; product++)
                board.Fold(new(product, new(1, 1), Start.AddMinutes(10 * bucket)));
        }
        var writes = board.TakeWrites(Start);
        var mixed = Assert.Single(writes, write => write.Segment is null);
        Assert.Equal((BucketLevel.Fine, 60), (mixed.Level, writes.Count(write => write.Segment == 0)));
        Assert.Equal([(Start, 1)], mixed.Parts.Select(part => (part.Start, part.Entries!.Count)));
    }

    internal static SalesBoard BoardAt(DateTimeOffset now)
    {
        var board = new SalesBoard(now);
        for (var product = 0; product < 10; product++)
            board.Products.NumberOf($"p{product}");
        return board;
    }

    internal static SalesByProduct Entries(params int[] products)
    {
        var entries = new SalesByProduct();
        foreach (var product in products)
            entries.Add(product, new(1, 1));
        return entries;
    }

    private static SalesBoard Sold(SalesBoard board)
    {
        board.Fold(new(0, new(1, 1), Start));
        return board;
    }

    private static void Fold(SalesBoard board, int firstProduct, int count)
    {
        for (var product = firstProduct; product < firstProduct + count; product++)
            board.Fold(new(product, new(1, 1), Start));
    }

    private static IEnumerable<string> Ids(SalesBoard board, RankingWindow window) =>
        board.Top(window, 9, None).Select(top => top.ProductId);

    /// <summary>The segment of ten minutes that is written, and how many entries it has.</summary>
    private static string Fine(IReadOnlyList<SegmentWrite> writes)
    {
        var write = writes.Single(write => write.Level == BucketLevel.Fine);
        return $"{write.Segment}: {write.Parts.Single().Entries!.Count}";
    }
}
