using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Time.Testing;
using Newtonsoft.Json.Linq;
using static LocalPlatform.Cosmos.Tests.CosmosTestExtensions;

namespace LocalPlatform.Cosmos.Tests;

public sealed class ChangeFeedTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_feed_shows_the_latest_version_of_each_document_once_in_the_order_of_changes(int ranges)
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = ranges });
        var container = await account.NewContainerAsync();
        for (var i = 0; i < 10; i++)
            await container.CreateItemAsync(new { id = $"{i}", pk = "p", n = 0 }, cancellationToken: Ct);
        await container.UpsertItemAsync(new { id = "3", pk = "p", n = 1 }, cancellationToken: Ct);
        await container.DeleteItemAsync<object>("5", new PartitionKey("p"), cancellationToken: Ct);

        var (changes, continuation) = await Read(container, ChangeFeedStartFrom.Beginning());
        Assert.Equal(["0", "1", "2", "4", "6", "7", "8", "9", "3"], changes);

        (changes, continuation) = await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation));
        Assert.Empty(changes);

        await container.CreateItemAsync(new { id = "new", pk = "q" }, cancellationToken: Ct);
        (changes, _) = await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation));
        Assert.Equal(["new"], changes);
    }

    [Fact]
    public async Task A_reader_that_starts_now_sees_only_what_comes()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "old", pk = "p" }, cancellationToken: Ct);
        var (changes, continuation) = await Read(container, ChangeFeedStartFrom.Now());
        Assert.Empty(changes);
        await container.CreateItemAsync(new { id = "new", pk = "p" }, cancellationToken: Ct);
        (changes, _) = await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation));
        Assert.Equal(["new"], changes);
    }

    [Fact]
    public async Task A_reader_that_starts_at_a_time_goes_on_from_there_although_nothing_has_come_since()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var account = new CosmosTestAccount(time: time);
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "old", pk = "p" }, cancellationToken: Ct);
        time.Advance(TimeSpan.FromHours(1));
        var (changes, continuation) = await Read(container, ChangeFeedStartFrom.Time(time.GetUtcNow().UtcDateTime));
        Assert.Empty(changes);
        await container.CreateItemAsync(new { id = "new", pk = "q" }, cancellationToken: Ct);
        Assert.Equal(["new"], (await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation))).Changes);
    }

    [Fact]
    public async Task A_reader_may_start_at_a_time_or_at_a_partition()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var account = new CosmosTestAccount(time: time);
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "old", pk = "p" }, cancellationToken: Ct);
        time.Advance(TimeSpan.FromHours(1));
        await container.CreateItemAsync(new { id = "new", pk = "q" }, cancellationToken: Ct);
        Assert.Equal(["new"], (await Read(container, ChangeFeedStartFrom.Time(time.GetUtcNow().UtcDateTime.AddMinutes(-1)))).Changes);
        var partition = FeedRange.FromPartitionKey(new PartitionKey("p"));
        Assert.Equal(["old"], (await Read(container, ChangeFeedStartFrom.Beginning(partition))).Changes);
    }

    [Fact]
    public async Task Positions_outlive_a_restart()
    {
        await using var account = new CosmosTestAccount();
        var container = await account.NewContainerAsync();
        await container.CreateItemAsync(new { id = "1", pk = "p" }, cancellationToken: Ct);
        var (_, continuation) = await Read(container, ChangeFeedStartFrom.Beginning());
        await account.RestartAsync();
        container = account.Client.GetContainer("db", container.Id);
        await container.CreateItemAsync(new { id = "2", pk = "p" }, cancellationToken: Ct);
        Assert.Equal(["2"], (await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation))).Changes);
    }

    [Fact]
    public async Task Feed_ranges_share_the_documents_among_them()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = 3 });
        var container = await account.NewContainerAsync();
        for (var i = 0; i < 30; i++)
            await container.CreateItemAsync(new { id = $"{i}", pk = $"p{i}" }, cancellationToken: Ct);
        var ranges = await container.GetFeedRangesAsync(Ct);
        Assert.Equal(3, ranges.Count);
        var seen = new List<string>();
        foreach (var range in ranges)
            seen.AddRange((await Read(container, ChangeFeedStartFrom.Beginning(range))).Changes);
        Assert.Equal(30, seen.Count);
        Assert.Equal(30, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_reader_whose_range_is_split_between_two_pages_misses_nothing_and_gets_nothing_twice()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = 2 });
        var container = await account.NewContainerAsync();
        async Task AddAsync(int first)
        {
            for (var i = first; i < first + 40; i++)
                await container.CreateItemAsync(new { id = $"{i}", pk = $"p{i}" }, cancellationToken: Ct);
        }
        await AddAsync(0);
        var seen = new List<string>();
        foreach (var range in await container.GetFeedRangesAsync(Ct))
        {
            using var pages = container.GetChangeFeedIterator<JObject>(
                ChangeFeedStartFrom.Beginning(range), ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = 4 });
            var first = await pages.ReadNextAsync(Ct);
            account.Store.SplitRanges("db", container.Id);
            // On from the position, and on with the same reader.
            var (rest, continuation) = await Read(container, ChangeFeedStartFrom.ContinuationToken(first.ContinuationToken));
            seen.AddRange(first.Select(change => (string)change["id"]!).Concat(rest));
            Assert.Equal(rest[0], (string)(await pages.ReadNextAsync(Ct)).First()["id"]!);
            Assert.Empty((await Read(container, ChangeFeedStartFrom.ContinuationToken(continuation))).Changes);
        }
        Assert.Equal(40, seen.Count);
        Assert.Equal(40, seen.Distinct().Count());
        Assert.Equal(8, (await container.GetFeedRangesAsync(Ct)).Count);
        await AddAsync(40);
        var all = Enumerable.Range(0, 80).Select(i => ($"{i}", new PartitionKey($"p{i}"))).ToList();
        Assert.Equal(80, (await container.ReadManyItemsAsync<JObject>(all, cancellationToken: Ct)).Count);
    }

    /// <summary>What is committed while a page is read comes with a later one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Who_follows_writers_misses_nothing(int ranges)
    {
        const int Documents = 3_000;
        const int Writers = 16;
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = ranges });
        var container = await account.NewContainerAsync();
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = writer; i < Documents; i += Writers)
                await container.CreateItemAsync(new { id = $"{i}", pk = $"p{i}" }, cancellationToken: Ct);
        }, Ct)));
        var reading = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var (seen, start, isLast) = (new HashSet<string>(), ChangeFeedStartFrom.Beginning(), false);
            while (!isLast)
            {
                isLast = writing.IsCompleted;
                var (changes, continuation) = await Read(container, start, pageSize: 100);
                seen.UnionWith(changes);
                start = ChangeFeedStartFrom.ContinuationToken(continuation);
            }
            return seen.Count;
        }, Ct));
        Assert.All(await Task.WhenAll(reading), static seen => Assert.Equal(Documents, seen));
        await writing;
    }

    [Fact]
    public async Task The_change_feed_processor_delivers_every_change()
    {
        await using var account = new CosmosTestAccount(new CosmosStoreOptions { PartitionKeyRanges = 2 });
        var container = await account.NewContainerAsync();
        var leases = await account.NewContainerAsync("/id");
        for (var i = 0; i < 20; i++)
            await container.CreateItemAsync(new { id = $"{i}", pk = $"p{i}" }, cancellationToken: Ct);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        var all = new TaskCompletionSource();
        var processor = container.GetChangeFeedProcessorBuilder<JObject>("test", (changes, _) =>
            {
                foreach (var change in changes)
                    seen[(string)change["id"]!] = true;
                if (seen.Count == 20)
                    all.TrySetResult();
                return Task.CompletedTask;
            })
            .WithInstanceName("one").WithLeaseContainer(leases).WithStartTime(DateTime.MinValue.ToUniversalTime())
            .WithPollInterval(TimeSpan.FromMilliseconds(50)).Build();
        await processor.StartAsync();
        await all.Task.WaitAsync(TimeSpan.FromSeconds(120), Ct);
        await processor.StopAsync();
    }

    private static async Task<(List<string> Changes, string Continuation)> Read(
        Container container, ChangeFeedStartFrom start, int pageSize = 4)
    {
        var changes = new List<string>();
        using var iterator = container.GetChangeFeedIterator<JObject>(
            start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = pageSize });
        while (true)
        {
            var page = await iterator.ReadNextAsync(Ct);
            if (page.StatusCode == System.Net.HttpStatusCode.NotModified)
                return (changes, page.ContinuationToken);
            changes.AddRange(page.Select(change => (string)change["id"]!));
        }
    }
}
