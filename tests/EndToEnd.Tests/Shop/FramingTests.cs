using System.Net.Sockets;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Shop;

/// <summary>
/// Whatever a client does to its connection or to the framing of its body is the client's fault: a 4xx, and no word of it in the log.
/// </summary>
public class FramingTests(ShopFixture fixture)
{
    private const string Json = "Content-Type: application/json";

    /// <summary>Every route that reads a body.</summary>
    public static TheoryData<string, string> Routes => new()
    {
        { "POST /api/users/framing/balance/charges", Json },
        { "POST /api/users/framing/orders", Json },
        { "POST /api/users/framing/cart/items", Json },
        { "PUT /api/users/framing/cart/items/a", Json },
        { "POST /api/users/framing/cart/checkout", Json },
        { "PUT /api/ops/products/framing", Json },
        { "POST /api/ops/products/framing/stock-adjustments", Json },
        { "POST /api/ops/products/import", "Content-Type: text/csv" },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_in_broken_frames_is_a_bad_request(string route, string contentType)
    {
        string[] bodies =
        [
            "FFFFFFFFF\r\n{}\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
            "-1\r\n{}\r\n0\r\n\r\n",
            "xyz\r\n{}\r\n0\r\n\r\n",
            "\r\n{}\r\n0\r\n\r\n",
            "2\r\n{}123456\r\n0\r\n\r\n",
            "2\n{}\n0\n\n",
        ];
        foreach (var body in bodies)
        {
            var answer = await RawHttp.SendAsync(fixture.Process.Address, Head(route, contentType, "Transfer-Encoding: chunked") + body,
                isHalfClosed: true);
            Assert.True(answer is null or { Code: >= 400 and < 500 }, $"{route} {body}: {answer?.Code} {answer?.Body}");
        }
        AssertQuiet();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_body_that_ends_early_is_a_bad_request(string route, string contentType)
    {
        foreach (var (framing, body) in ((string, string)[])[("Content-Length: 50", "{\"a"), ("Transfer-Encoding: chunked", "5\r\n{\"a")])
        {
            var answer = await RawHttp.SendAsync(fixture.Process.Address, Head(route, contentType, framing) + body, isHalfClosed: true);
            Assert.True(answer is null or { Code: >= 400 and < 500 }, $"{route} {framing}: {answer?.Code} {answer?.Body}");
        }
        AssertQuiet();
    }

    [Fact]
    public async Task A_body_that_stalls_is_a_request_timeout()
    {
        // The server gives each its seconds: all at once, they are the same seconds.
        await Task.WhenAll(Routes.Select(async row =>
        {
            var (route, contentType) = row.Data;
            var answer = await RawHttp.SendAsync(fixture.Process.Address, Head(route, contentType, "Content-Length: 50") + "{\"a");
            Assert.Equal((route, 408, "request-timeout"), (route, answer?.Code, answer?.Problem));
        }));
        AssertQuiet();
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_client_that_is_gone_leaves_no_trace(string route, string contentType)
    {
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(fixture.Process.Address.Host, fixture.Process.Address.Port, TestContext.Current.CancellationToken);
            await client.Client.SendAsync(
                System.Text.Encoding.ASCII.GetBytes(Head(route, contentType, "Content-Length: 50") + "{\"a"),
                    TestContext.Current.CancellationToken);
            // Closed with a reset.
            client.Client.LingerState = new LingerOption(true, 0);
        }
        (await fixture.Shop.GetAsync("/api/health/ready")).Expect(200);
        AssertQuiet();
    }

    private static string Head(string route, string contentType, string framing) =>
        $"{route} HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: {ShopClient.NewKey()}\r\n{contentType}\r\n{framing}\r\n\r\n";

    private void AssertQuiet()
    {
        Assert.DoesNotContain("BadHttpRequest", fixture.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("did not answer", fixture.Process.Output, StringComparison.Ordinal);
    }
}
