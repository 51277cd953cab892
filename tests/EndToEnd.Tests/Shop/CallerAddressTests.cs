using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>Callers without a token are told apart by their address, and the worker's own pipeline leaves it to the shop which that is.</summary>
public sealed class CallerAddressTests : IDisposable
{
    private const int Share = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_proxy_nobody_writes_their_own_address()
    {
        await using var shop = await StartAsync(hops: 0);
        for (var i = 0; i < Share; i++)
            Assert.Equal(200, await ReadAsync(shop, $"203.0.113.{i}"));

        Assert.Equal(429, await ReadAsync(shop, "203.0.113.99"));
    }

    [Fact]
    public async Task Behind_a_proxy_each_address_that_it_sees_has_a_share_whatever_a_client_wrote_before_it()
    {
        await using var shop = await StartAsync(hops: 1);
        for (var i = 0; i < Share; i++)
        {
            Assert.Equal(200, await ReadAsync(shop, "203.0.113.1:50123"));
            Assert.Equal(200, await ReadAsync(shop, $"198.51.100.{i}, 203.0.113.2:50123"));
        }

        Assert.Equal(429, await ReadAsync(shop, "203.0.113.1:50124"));
        Assert.Equal(429, await ReadAsync(shop, "198.51.100.99, 203.0.113.2:50123"));
        Assert.Equal(200, await ReadAsync(shop, "203.0.113.3:50123"));
    }

    private Task<ShopProcess> StartAsync(int hops) => ShopProcess.StartAsync(
        _folder.Path, ("RateLimits:UnsignedReadsPerMinute", $"{Share}"), ("RateLimits:ForwardedHops", $"{hops}"));

    private static async Task<int> ReadAsync(ShopProcess shop, string forwarded)
    {
        using var stranger = new HttpClient { BaseAddress = shop.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products");
        request.Headers.Add("X-Forwarded-For", forwarded);
        using var answer = await stranger.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
