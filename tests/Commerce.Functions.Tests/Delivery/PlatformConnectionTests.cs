using System.Net;
using System.Net.Sockets;
using System.Text;
using Commerce.Functions.Delivery;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Tests.Delivery;

/// <summary>The client with its own connections, and a platform at their other end that answers with the bytes that it is given.</summary>
public class PlatformConnectionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        using var platform = new RawPlatform(
            address => $"HTTP/1.1 {status} Elsewhere\r\nLocation: {address}elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var attempt = await SendAsync(platform);

        Assert.Equal((DeliveryVerdict.Failed, status), (attempt.Verdict, attempt.Status));
        Assert.Equal("POST /events HTTP/1.1", Assert.Single(platform.Requests));
    }

    [Theory]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\nshort")]
    [InlineData("HTTP/1.1 422 Oops\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\nxyz\r\n")]
    [InlineData("HTTP/1.1 400 Oops\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsho")]
    [InlineData("no HTTP at all\r\n\r\n")]
    [InlineData("")]
    public async Task A_broken_answer_is_a_failed_attempt_whatever_its_status(string answer)
    {
        using var platform = new RawPlatform(_ => answer);

        var attempt = await SendAsync(platform);

        Assert.Equal((DeliveryVerdict.Failed, null), (attempt.Verdict, attempt.Status));
        Assert.NotEmpty(attempt.Detail);
    }

    [Fact]
    public async Task A_cookie_is_not_kept()
    {
        using var platform = new RawPlatform(
            _ => "HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using var client = Client(platform);

        await SendAsync(client);
        await SendAsync(client);

        Assert.Equal(2, platform.Heads.Count);
        Assert.All(platform.Heads, static head => Assert.DoesNotContain("Cookie", head, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<DeliveryAttempt> SendAsync(RawPlatform platform)
    {
        using var client = Client(platform);
        return await SendAsync(client);
    }

    private static DataPlatformClient Client(RawPlatform platform) =>
        new(Options.Create(DeliveryFixture.Options with { Url = $"{platform.Address}events" }), TimeProvider.System);

    private static async Task<DeliveryAttempt> SendAsync(DataPlatformClient client)
    {
        var order = DeliveryFixture.OrderOf("o-1", TimeProvider.System.GetUtcNow());
        return await client.SendAsync(OrderEvents.Event(OrderEvents.PaidType, order), Stop);
    }

    private sealed class RawPlatform : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<Uri, string> _answer;

        public RawPlatform(Func<Uri, string> answer)
        {
            _answer = answer;
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _ = ServeAsync();
        }

        public Uri Address { get; }

        /// <summary>The first lines of what was asked.</summary>
        public List<string> Requests { get; } = [];

        /// <summary>The request lines and headers.</summary>
        public List<string> Heads { get; } = [];

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var connection = await _listener.AcceptTcpClientAsync();
                    await using var stream = connection.GetStream();
                    await AnswerAsync(stream);
                }
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var (request, length) = (new byte[100_000], 0);
            string text;
            do
            {
                length += await stream.ReadAsync(request.AsMemory(length));
                text = Encoding.UTF8.GetString(request, 0, length);
            }
            // An event is one JSON object.
            while (!text.TrimEnd().EndsWith('}'));
            Heads.Add(text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)]);
            Requests.Add(text[..text.IndexOf("\r\n", StringComparison.Ordinal)]);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer(Address)));
        }
    }
}
