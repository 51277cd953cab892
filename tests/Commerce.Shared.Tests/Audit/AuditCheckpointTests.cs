using Commerce.Shared.Audit;

namespace Commerce.Shared.Tests.Audit;

public sealed class AuditCheckpointTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly AuditDoubt Doubt = new(AuditPart.Accounts, new("kim", 3, 10), Now);

    private static readonly AuditCheckpoint Proved =
        new() { CreatedAt = Now, Feed = [], Proof = new(Now, Now, 1, 1, 1, Unlisted: 0), Doubts = [Doubt] };

    [Fact]
    public void The_books_hold_when_a_round_has_found_nothing_that_was_confirmed_or_not_listed()
    {
        Assert.True(Proved.Holds);
        Assert.False((Proved with { Proof = null }).Holds);
        Assert.False((Proved with { Proof = Proved.Proof! with { Unlisted = 1 } }).Holds);
        Assert.False((Proved with { Doubts = [Doubt, Doubt with { ConfirmedAt = Now }] }).Holds);
    }

    [Fact]
    public void A_place_is_doubted_once_however_often_and_with_whatever_total_it_is_seen()
    {
        AuditDoubt[] same = [Doubt, Doubt with { SeenAt = Now.AddDays(1), ConfirmedAt = Now, Place = Doubt.Place with { Total = null } }];
        Assert.All(same, doubt =>
        {
            var (checkpoint, isListed) = Proved.With(doubt);
            Assert.Same(Proved, checkpoint);
            Assert.True(isListed);
        });
        AuditDoubt[] others =
        [
            Doubt with { Part = AuditPart.Products }, Doubt with { Place = Doubt.Place with { Owner = "lee" } },
            Doubt with { Place = Doubt.Place with { Sequence = 4 } },
        ];
        Assert.All(others, doubt => Assert.Equal([Doubt, doubt], Proved.With(doubt).Checkpoint.Doubts));
    }

    [Fact]
    public void A_hundred_places_are_listed_and_not_one_more()
    {
        var checkpoint = Proved with { Doubts = [] };
        for (var n = 1; n <= 100; n++)
        {
            (checkpoint, var isListed) = checkpoint.With(Doubt with { Place = new("kim", n, 0) });
            Assert.True(isListed);
        }
        Assert.Equal(100, checkpoint.Doubts.Count);
        Assert.Equal((checkpoint, false), checkpoint.With(Doubt with { Place = new("kim", 101, 0) }));
        Assert.Equal((checkpoint, true), checkpoint.With(Doubt with { Place = new("kim", 100, 0) }));
    }
}
