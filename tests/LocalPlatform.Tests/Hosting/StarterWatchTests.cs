using System.Net;
using LocalPlatform.Hosting;
using LocalPlatform.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Hosting;

/// <summary>That a killed <c>dotnet run</c> takes its app along is tried with the shop (EndToEnd.Tests).</summary>
public class StarterWatchTests
{
    [Fact]
    public async Task Whoever_starts_the_app_otherwise_is_not_watched()
    {
        await using var host = await FunctionsHost.StartAsync(typeof(FineFunctions));
        await WatchOf(host).ExecuteTask!;
        Assert.Equal(HttpStatusCode.NoContent, (await host.Http.GetAsync("/api/fine")).StatusCode);
    }

    [Fact]
    public async Task While_the_starter_lives_so_does_the_app()
    {
        await using var host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, null, $"--{StarterWatch.Setting}=true");
        Assert.Equal(HttpStatusCode.NoContent, (await host.Http.GetAsync("/api/fine")).StatusCode);
        Assert.False(WatchOf(host).ExecuteTask!.IsCompleted);
    }

    private static StarterWatch WatchOf(FunctionsHost host) => host.Services.GetServices<IHostedService>().OfType<StarterWatch>().Single();
}
