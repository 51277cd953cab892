using System.Text.Json;
using Commerce.Shared.Ranking;
using CsCheck;

namespace Commerce.Shared.Tests.Ranking;

public class SalesBoardTests
{
    private const int BatchSizeMax = 2 * 1024 * 1024;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly IReadOnlySet<string> None = new HashSet<string>();

    [Fact]
    public void A_window_begins_at_a_bucket_and_covers_its_length()
    {
        foreach (var window in RankingWindow.All)
        {
            for (var minute = 0; minute < 24 * 60; minute += 7)
            {
                var now = Start.AddMinutes(minute).AddTicks(minute);
                var covered = now - new SalesBoard(now).StartOf(window);
                Assert.InRange(covered, window.Length, window.Length + window.Level.Size - TimeSpan.FromTicks(1));
            }
        }
    }

    [Fact]
    public void More_pieces_then_more_won_then_the_smaller_id_come_first()
    {
        var board = new SalesBoard(Start);
        Sell(board, "d", 5, 100);
        Sell(board, "c", 5, 200);
        Sell(board, "b", 5, 100);
        Sell(board, "a", 4, 999);
        Sell(board, "e", 6, 1);

        Assert.Equal(["e", "c", "b", "d", "a"], Ids(board, 10));
        Assert.Equal(["e", "c"], Ids(board, 2));
        Assert.Equal(["c", "b"], board.Top(RankingWindow.Default, 2, new HashSet<string> { "e" }).Select(top => top.ProductId));
    }

    [Fact]
    public void What_comes_to_nothing_is_not_listed()
    {
        var board = new SalesBoard(Start);
        Sell(board, "kept", 1, 1);
        Sell(board, "cancelled", 3, 30);
        Sell(board, "cancelled", -3, -30);
        Sell(board, "gift", 1, 0);
        Sell(board, "cancelled at another price", 1, 10);
        Sell(board, "cancelled at another price", -1, -9);
        Sell(board, "released first", -1, -1);

        Assert.Equal(["kept", "gift"], Ids(board, 10));
    }

    [Fact]
    public void Sales_leave_each_window_when_it_has_passed_them()
    {
        var board = new SalesBoard(Start);
        Sell(board, "p", 1, 1);

        foreach (var window in RankingWindow.All.OrderBy(window => window.Length))
        {
            board.Advance(Start + window.Length);
            Assert.Single(board.Top(window, 1, None));
            board.Advance(Start + window.Length + window.Level.Size);
            Assert.Empty(board.Top(window, 1, None));
        }
    }

    [Fact]
    public void Facts_too_old_for_every_window_and_clocks_that_go_back_do_no_harm()
    {
        var board = new SalesBoard(Start);
        Sell(board, "p", 2, 2);
        board.Fold(Fact(board, "old", 1, 1, Start.AddDays(-40)));
        board.Fold(Fact(board, "ahead", 1, 1, Start.AddMinutes(30)));
        board.Advance(Start.AddDays(-2));

        Assert.Equal(["p", "ahead"], Ids(board, 10));
        Assert.Equal(4, board.PendingEntries);
    }

    [Fact]
    public void A_hundred_thousand_products_in_one_bucket_fit_into_documents_and_batches_of_2_MB()
    {
        var board = new SalesBoard(Start);
        long commit = 0;
        var stored = new Dictionary<string, ReadOnlyMemory<byte>>();
        for (var i = 0; i < 100_000; i++)
        {
            Sell(board, $"product-{i:D56}", 1_000_000, 1_000_000_000_000);
            if (board.PendingEntries + 2 > SalesBoard.PendingEntriesMax || i == 99_999)
                Commit(board, stored, ++commit, Start.AddMinutes(5));
        }

        Assert.InRange(stored.Count, 90, 100);
        Assert.Equal(200_000,
            stored.Values.Sum(document => Parsed(document).GetProperty("parts")[0].GetProperty("sales").GetArrayLength()) / 3);
        Assert.Equal(100_000, Load(stored, Start).Top(RankingWindow.Default, int.MaxValue / 2, None).Count);
    }

    /// <summary>
    /// The last segments are as large as may be written again, and as much is pending as may be, of the longest ids and numbers.
    /// </summary>
    [Fact]
    public void The_largest_commit_leaves_room_in_a_batch_for_lists_and_many_ranges()
    {
        var board = new SalesBoard(Start);
        var stored = new Dictionary<string, ReadOnlyMemory<byte>>();
        void SellAll(int product, int buckets)
        {
            for (var bucket = 0; bucket < buckets; bucket++)
                board.Fold(Fact(board, $"{new string('+', 50)}{product:D14}", long.MinValue / 4, long.MinValue / 4,
                    Start.AddMinutes(-10 * bucket)));
        }
        for (var product = 0; product < SalesBoard.TailEntriesMax - 1; product++)
        {
            SellAll(product, 60);
            if (board.PendingEntries > SalesBoard.PendingEntriesMax - (2 * 60))
                Commit(board, stored, product, Start);
        }
        Commit(board, stored, 500, Start);

        SellAll(200, 60);
        for (var product = 1_000; board.PendingEntries + 2 <= SalesBoard.PendingEntriesMax; product++)
            SellAll(product, 1);
        var largest = Commit(board, stored, 501, Start);

        Assert.InRange(largest, 50, SalesBoard.SegmentsPerCommitMax + 2);
    }

    [Fact]
    public void Cancellations_of_a_month_at_once_fit_into_one_batch()
    {
        var board = new SalesBoard(Start);
        for (var hour = 0; hour < 29 * 24; hour++)
            board.Fold(Fact(board, "p", -1, -1, Start.AddHours(-hour)));
        var stored = new Dictionary<string, ReadOnlyMemory<byte>>();

        var writes = Commit(board, stored, 1, Start);

        Assert.InRange(writes, SalesBoard.SegmentsPerCommitMax, SalesBoard.SegmentsPerCommitMax + 2);
        var loaded = Load(stored, Start);
        Sell(loaded, "p", 29 * 24 + 1, 1_000);
        Assert.Equal(1, loaded.Top(RankingWindow.Find("30d")!, 1, None).Single().Quantity);
    }

    [Fact]
    public void A_busy_bucket_is_compacted_when_it_is_closed()
    {
        var board = new SalesBoard(Start);
        var stored = new Dictionary<string, ReadOnlyMemory<byte>>();
        for (var commit = 1; commit <= 12; commit++)
        {
            for (var i = 0; i < 500; i++)
                Sell(board, $"p{i}", 1, 10);
            Commit(board, stored, commit, Start.AddMinutes(1));
        }
        Assert.Equal(24, stored.Count);
        var before = board.Top(RankingWindow.Default, 100, None);

        board.Advance(Start.AddMinutes(25));
        Commit(board, stored, 13, Start.AddMinutes(25));

        Assert.Equal(13, stored.Count);
        Assert.Equal(before, Load(stored, Start).Top(RankingWindow.Default, 100, None));
    }

    /// <summary>
    /// Sales, cancellations, commits, crashes (the board is lost with what was not committed, and folded again from there) and the
    /// passing of time, in any order: the list is what a plain count over all facts says.
    /// </summary>
    [Fact]
    public void Any_history_gives_the_list_of_a_plain_count()
    {
        var step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 11], Gen.Int[1, 5], Gen.Int[0, 40 * 24 * 60]);
        step.List[1, 120].Sample(
            steps =>
            {
                var run = new FoldRun(Start);
                foreach (var (what, product, quantity, minutes) in steps)
                    run.Step(what, $"p{product}", quantity, minutes);
                run.CatchUp();
                run.Check();
            },
            iter: 300);
    }

    private static void Sell(SalesBoard board, string product, long quantity, long revenue) =>
        board.Fold(Fact(board, product, quantity, revenue, Start));

    private static SaleFact Fact(SalesBoard board, string product, long quantity, long revenue, DateTimeOffset soldAt) =>
        new(board.Products.NumberOf(product), new(quantity, revenue), soldAt);

    private static IEnumerable<string> Ids(SalesBoard board, int count) =>
        board.Top(RankingWindow.Default, count, None).Select(top => top.ProductId);

    private static JsonElement Parsed(ReadOnlyMemory<byte> document) => JsonDocument.Parse(document).RootElement;

    private static SalesBoard Load(Dictionary<string, ReadOnlyMemory<byte>> stored, DateTimeOffset now)
    {
        var board = new SalesBoard(now);
        foreach (var document in stored.Values)
            SalesSegmentJson.Load(Parsed(document), board);
        return board;
    }

    private static int Commit(SalesBoard board, Dictionary<string, ReadOnlyMemory<byte>> stored, long commit, DateTimeOffset now)
    {
        var writes = board.TakeWrites(now);
        var size = 0;
        foreach (var write in writes)
        {
            var id = SalesSegmentJson.IdOf(write, commit);
            if (write.Parts[0].Entries is null)
            {
                Assert.True(stored.Remove(id));
                continue;
            }
            stored[id] = SalesSegmentJson.Write(write, "test", commit, board.Products).ToArray();
            size += stored[id].Length;
        }
        Assert.InRange(writes.Count, 0, 90);
        Assert.InRange(size, 0, BatchSizeMax * 3 / 4);
        Assert.Equal(0, board.PendingEntries);
        return writes.Count;
    }

    /// <summary>A fold and what it is checked against.</summary>
    private sealed class FoldRun(DateTimeOffset start)
    {
        private readonly List<(string Product, Sales Sales, DateTimeOffset SoldAt)> _facts = [];
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _stored = [];
        private DateTimeOffset _now = start;
        private SalesBoard _board = new(start);
        private int _folded;
        private int _committed;
        private long _commit;

        public void Step(int what, string product, int quantity, int minutes)
        {
            switch (what)
            {
                case <= 3:
                    _facts.Add((product, new(quantity, quantity * 7L), _now.AddMinutes(-minutes % 90)));
                    break;
                case 4 when _facts.Count > 0:
                    var (sold, sales, soldAt) = _facts[minutes % _facts.Count];
                    _facts.Add((sold, -sales, soldAt));
                    break;
                case 5:
                    _now += TimeSpan.FromMinutes(minutes % 200);
                    break;
                case 6:
                    _now += TimeSpan.FromMinutes(minutes / 4);
                    break;
                case 7:
                    Fold(_facts.Count);
                    break;
                case 8:
                    Fold(_facts.Count);
                    Commit();
                    break;
                default:
                    Crash();
                    break;
            }
        }

        public void CatchUp()
        {
            Fold(_facts.Count);
            Commit();
            Crash();
        }

        public void Check()
        {
            foreach (var window in RankingWindow.All)
            {
                var first = _board.StartOf(window);
                var expected =
                    from fact in _facts
                    where fact.SoldAt >= first
                    group fact by fact.Product into product
                    let quantity = product.Sum(fact => fact.Sales.Quantity)
                    let revenue = product.Sum(fact => fact.Sales.Revenue)
                    where quantity > 0
                    orderby quantity descending, revenue descending, product.Key
                    select new RankedSales(product.Key, quantity, revenue);
                Assert.Equal(expected.Take(5), _board.Top(window, 5, None));
            }
        }

        private void Fold(int upTo)
        {
            _board.Advance(_now);
            for (; _folded < upTo; _folded++)
            {
                var (product, sales, soldAt) = _facts[_folded];
                _board.Fold(new(_board.Products.NumberOf(product), sales, soldAt));
            }
        }

        private void Commit()
        {
            SalesBoardTests.Commit(_board, _stored, ++_commit, _now);
            _committed = _folded;
        }

        private void Crash()
        {
            _board = Load(_stored, _now);
            _folded = _committed;
        }
    }
}
