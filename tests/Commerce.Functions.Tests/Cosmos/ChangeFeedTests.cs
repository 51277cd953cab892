using Commerce.Functions.Audit;
using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared.Audit;
using Commerce.Shared.Ranking;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Cosmos;

/// <summary>A range that is split while the SDK makes sure that the feed is at its end: the SDK would go on asking for ever.</summary>
public sealed class ChangeFeedTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));
    private TestDatabase _database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(_time);

    [Fact]
    public async Task The_fold_comes_to_the_end_all_the_same()
    {
        var fold = new SalesFold(
            RankingPointer.ScopeOf(1),
            new AccountFeed(_database.Database, _time),
            new RankingStore(_database.Database),
            new ProductReader(_database.Database, new LedgerOptions(), TimeProvider.System),
            _time);
        SplitAtTheEnd();

        Assert.Equal(FoldOutcome.CaughtUp, await fold.RunAsync(TimeSpan.FromHours(1), Stop));
    }

    [Fact]
    public async Task The_audit_comes_to_the_end_all_the_same()
    {
        var reader = new AuditReader(_database.Database, Options.Create(new AuditOptions()), _time);
        var range = Assert.Single(await reader.FeedRangesAsync(AuditPart.Accounts, CommerceDatabase.Accounts, Stop));
        SplitAtTheEnd();

        var page = await reader.ReadFeedAsync(CommerceDatabase.Accounts, range, _time.GetUtcNow(), 100, Stop);

        Assert.Empty(page.Documents);
        Assert.NotNull(page.Continuation);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private void SplitAtTheEnd()
    {
        var reads = 0;
        _database.After = request =>
        {
            if (!request.Headers.Contains("A-IM") || !request.RequestUri!.AbsolutePath.EndsWith("/docs", StringComparison.Ordinal))
                return;
            switch (Interlocked.Increment(ref reads))
            {
                case 1:
                    _database.SplitRanges(CommerceDatabase.Accounts);
                    break;
                case 20:
                    _time.Advance(ChangeFeedExtensions.PageTimeout);
                    break;
                case 200:
                    throw new InvalidOperationException("It reads for ever.");
            }
        };
    }
}
