using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests.Ranking;

/// <summary>Which bucket is stored anew, and as what; most tests have one of ten minutes that begins at <see cref="Start"/>.</summary>
public sealed class SalesCompactionTests
{
    private const int RoomMax = SalesBoard.BatchEntriesMax;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset Closed = Start.AddMinutes(20);

    [Theory]
    [InlineData(9, 1, "")]
    [InlineData(10, 1, "0: 1")]
    [InlineData(10, 4_500, "0: 4500")]
    [InlineData(11, 4_501, "")]
    [InlineData(12, 4_501, "0: 4500, 1: 1")]
    [InlineData(12, 9_000, "0: 4500, 1: 4500")]
    [InlineData(30, 9_001, "")]
    [InlineData(30, 1, "0: 1")]
    [InlineData(31, 1, "")]
    public void A_bucket_in_many_more_segments_than_it_needs_is_stored_in_those_it_needs(int segments, int entries, string expected)
    {
        var board = Stored(segments, entries);
        var writes = board.TakeWrites(Closed);
        Assert.Equal(expected, Told(writes));
        var needed = writes.Count(write => write.Parts.Single().Entries is not null);
        Assert.Equal(
            writes.Count == 0 ? [] : Enumerable.Range(needed, segments - needed),
            writes.Where(write => write.Parts.Single().Entries is null).Select(write => write.Segment!.Value));
        Assert.All(writes, write => Assert.Equal((BucketLevel.Fine, Start), (write.Level, write.Parts.Single().Start)));
        Assert.Empty(board.TakeWrites(Closed));
    }

    [Fact]
    public void What_is_stored_anew_is_all_there_was()
    {
        var writes = Stored(12, 4_501).TakeWrites(Closed);
        var entries = writes.SelectMany(write => write.Parts.Single().Entries ?? []).OrderBy(entry => entry.Key).ToList();
        Assert.Equal(Enumerable.Range(0, 4_501), entries.Select(entry => entry.Key));
        Assert.Equal([12, 1], entries.Take(2).Select(entry => entry.Value.Quantity));
    }

    [Theory]
    [InlineData(7, 0, "6: 1")]
    [InlineData(8, 8, "0: 1")]
    public void A_bucket_that_came_to_nothing_is_deleted(int segments, int gone, string next)
    {
        var board = Stored(segments - 1, 1);
        board.Load(BucketLevel.Fine, Start, segments - 1, new() { [0] = new(1 - segments, 1 - segments) });
        var writes = board.TakeWrites(Closed);
        Assert.Equal(Enumerable.Range(0, gone), writes.Select(write => write.Segment!.Value));
        Assert.All(writes, write => Assert.Null(write.Parts.Single().Entries));
        board.Fold(new(0, new(1, 1), Start));
        Assert.Equal(next, Told(board.TakeWrites(Start), BucketLevel.Fine));
    }

    [Fact]
    public void A_bucket_is_stored_anew_when_the_one_after_it_is_over()
    {
        Assert.Empty(Stored(10, 1).TakeWrites(Closed.AddTicks(-1)));
        Assert.Equal(10, Stored(10, 1).TakeWrites(Closed).Count);
    }

    [Fact]
    public void A_bucket_that_lies_in_a_mixed_document_is_left_as_it_is()
    {
        var loaded = Stored(10, 1);
        loaded.Load(BucketLevel.Fine, Start, null, new() { [0] = new(1, 1) });
        Assert.Empty(loaded.TakeWrites(Closed));

        var written = Stored(10, 1);
        written.Fold(new(0, new(1, 1), Start));
        // Sixty others that have more to store.
        for (var bucket = 1; bucket <= 60; bucket++)
        {
            written.Fold(new(0, new(1, 1), Start.AddMinutes(-10 * bucket)));
            written.Fold(new(1, new(1, 1), Start.AddMinutes(-10 * bucket)));
        }
        Assert.Contains(Start, written.TakeWrites(Closed).Single(write => write.Segment is null && write.Level == BucketLevel.Fine)
            .Parts.Select(part => part.Start));
        Assert.Empty(written.TakeWrites(Closed));
    }

    [Theory]
    [InlineData(9_000, RoomMax - 9_000, true)]
    [InlineData(9_000, RoomMax - 8_999, false)]
    [InlineData(8_999, RoomMax - 8_999, true)]
    public void A_bucket_is_stored_anew_where_the_commit_has_room(int entries, int pending, bool isStored)
    {
        var board = Stored(12, entries);
        for (var product = 0; product < pending; product++)
            board.Fold(LongAgo(product, 0));
        Assert.Equal(isStored ? 13 : 1, board.TakeWrites(Closed).Count);
    }

    [Theory]
    [InlineData(29, 39)]
    [InlineData(30, 30)]
    public void A_bucket_is_stored_anew_where_the_commit_has_few_other_documents(int others, int writes)
    {
        var board = Stored(10, 1);
        for (var bucket = 0; bucket < others; bucket++)
            board.Fold(LongAgo(0, bucket));
        Assert.Equal(writes, board.TakeWrites(Closed).Count);
    }

    [Fact]
    public void One_bucket_a_commit_is_stored_anew_and_the_oldest_of_ten_minutes_first()
    {
        var board = Stored(10, 1);
        for (var segment = 0; segment < 10; segment++)
        {
            board.Load(BucketLevel.Fine, Start.AddMinutes(-10), segment, new() { [0] = new(1, 1) });
            board.Load(BucketLevel.Coarse, Start, segment, new() { [0] = new(1, 1) });
        }
        var now = Start.AddHours(12);
        Assert.Equal(
            [("m10", Start.AddMinutes(-10)), ("m10", Start), ("h6", Start)],
            Enumerable.Range(0, 3).Select(_ => board.TakeWrites(now)[0]).Select(write => (write.Level.Name, write.Parts.Single().Start)));
        Assert.Empty(board.TakeWrites(now));
    }

    [Theory]
    [InlineData(10, 1, "0: 2")]
    [InlineData(12, 4_501, "1: 2")]
    public void What_is_sold_later_goes_into_the_last_of_the_new_segments(int segments, int entries, string expected)
    {
        var board = Stored(segments, entries);
        board.TakeWrites(Closed);
        board.Fold(new(9_999, new(1, 1), Start));
        Assert.Equal(expected, Told(board.TakeWrites(Closed), BucketLevel.Fine));
    }

    [Fact]
    public void A_bucket_that_no_window_reaches_is_not_stored_anew()
    {
        var board = Stored(10, 1);
        board.Advance(Start.AddHours(72));
        Assert.Equal(10, board.TakeWrites(Closed).Count);

        var left = Stored(10, 1);
        left.Advance(Start.AddHours(72).AddMinutes(10));
        Assert.Empty(left.TakeWrites(Closed));

        var late = new SalesBoard(Start.AddHours(72).AddMinutes(10));
        Load(late, 10, 1);
        Assert.Empty(late.TakeWrites(Start.AddDays(4)));
    }

    /// <summary>A board that has loaded a bucket in so many segments: all entries in the first, and one of them in each again.</summary>
    private static SalesBoard Stored(int segments, int entries)
    {
        var board = new SalesBoard(Start);
        Load(board, segments, entries);
        return board;
    }

    private static void Load(SalesBoard board, int segments, int entries)
    {
        board.Load(BucketLevel.Fine, Start, 0, SalesBoardBoundsTests.Entries([.. Enumerable.Range(0, entries)]));
        for (var segment = 1; segment < segments; segment++)
            board.Load(BucketLevel.Fine, Start, segment, new() { [0] = new(1, 1) });
    }

    /// <summary>Only the windows of days reach it.</summary>
    private static SaleFact LongAgo(int product, int bucket) => new(product, new(1, 1), Start.AddDays(-4).AddHours(-6 * bucket));

    private static string Told(IEnumerable<SegmentWrite> writes, BucketLevel? level = null) => string.Join(", ", writes
        .Where(write => write.Parts.Single().Entries is not null && (level is null || write.Level == level))
        .Select(write => $"{write.Segment}: {write.Parts.Single().Entries!.Count}"));
}
