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
}
