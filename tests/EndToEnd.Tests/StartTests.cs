using System.Net;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

public class StartTests
{
    [Fact]
    public async Task The_command_of_the_readme_starts_the_shop_and_a_signal_ends_it()
    {
        using var folder = new TemporaryFolder();
        await using var process = await ShopProcess.RunAsync(folder.Path);
        using var http = new HttpClient { BaseAddress = process.Address };
        await Eventually.HoldsAsync(async () => (await http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(0, await process.StopAsync());
    }

    [Fact]
    public async Task A_dotnet_run_that_is_killed_takes_the_shop_along()
    {
        using var folder = new TemporaryFolder();
        await using var run = await ShopProcess.RunAsync(folder.Path);
        using var http = new HttpClient { BaseAddress = run.Address };
        await Eventually.HoldsAsync(async () => (await http.GetAsync("/api/health/ready")).StatusCode == HttpStatusCode.OK);
        using var shop = await run.InnerAsync();
        try
        {
            run.KillAlone();
            // In order, and not like its starter: what it was told is written to its place.
            await Eventually.HoldsAsync(() => Directory.GetFiles(folder.Path, "*-wal").Length == 0);
            await ShopProcess.AssertUnansweredAsync(async () => await Answer.OfAsync(await http.GetAsync("/api/health/live")));
        }
        finally
        {
            shop.Kill();
        }
    }

    [Fact]
    public async Task A_store_that_is_broken_is_named_in_one_line()
    {
        using var folder = new TemporaryFolder();
        var store = Path.Combine(folder.Path, "cosmos.db");
        await File.WriteAllTextAsync(store, new string('x', 8192), TestContext.Current.CancellationToken);
        Assert.StartsWith($"The store '{store}' cannot be opened: ", await ProblemAsync(folder), StringComparison.Ordinal);
    }

    /// <summary>One of each kind; every bound is tried without a process (SettingBoundsTests, FunctionTimeoutTests).</summary>
    [Theory]
    [InlineData("Orders:WaitSeconds", "soon")]
    [InlineData("Orders:WaitSeconds", "-1")]
    [InlineData("Orders:InFlightMax", "1e99")]
    [InlineData("Ranking:SliceSeconds", "121")]
    [InlineData("Cosmos:clientId", "beside a key")]
    [InlineData("DataPlatform:Url", "nowhere")]
    [InlineData("Auth:Issuer", "http://issuer.example")]
    [InlineData("Auth:UserClaim", "")]
    [InlineData("Cosmos", "nonsense")]
    [InlineData("Cosmos", "AccountEndpoint=nowhere;AccountKey=x")]
    [InlineData("Commerce:CreateContainers", "perhaps")]
    public async Task A_setting_that_is_wrong_is_named_in_one_line(string name, string value)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(name.Split(':')[^1], await ProblemAsync(folder, (name, value)), StringComparison.Ordinal);
    }

    /// <summary>What a shop that does not start says of it: one line.</summary>
    private static async Task<string> ProblemAsync(TemporaryFolder folder, params (string Name, string Value)[] settings)
    {
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => ShopProcess.StartAsync(folder.Path, settings));
        return Assert.Single(ended.Message.Split('\n').Skip(1));
    }
}
