using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;
using LocalPlatform.Webhooks;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Tests.Webhooks;

public sealed class WebhookTests(WebhookTests.Server server) : IClassFixture<WebhookTests.Server>
{
    private const string Key = "whsec_bG9jYWwgcnVucyBvbmx5LCBuZXZlciBmb3IgcmVhbC4=";
    private const string OldKey = "whsec_YW5vdGhlciBrZXkgdGhhdCBpcyBiZWluZyByb3RhdGVkIG91dA==";
    private const string Body = """{"type":"order.paid","data":{"orderId":"o1"}}""";

    private readonly HttpClient _http = server.Host.Http;
    private readonly string _sink = server.NextSink();

    [Fact]
    public void The_specifications_own_example_is_accepted()
    {
        // standard-webhooks/spec: the example of the symmetric signature.
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_614_265_330));
        var verifier = new StandardWebhookVerifier(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], time);
        var body = """{"test": 2432232314}"""u8.ToArray();
        const string signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        Assert.Null(verifier.Check("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, body));
        Assert.Equal(WebhookRejection.BadSignature, verifier.Check("msg_p5jXN8AQM9LWM0D4loKWxJel", "1614265330", signature, body));
        Assert.Equal(WebhookRejection.StaleTimestamp, verifier.Check("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265029", signature, body));
        Assert.Equal(WebhookRejection.StaleTimestamp,
            verifier.Check("msg_p5jXN8AQM9LWM0D4loKWxJek", "9223372036854775807", signature, body));
    }

    [Theory]
    [InlineData("bG9jYWw=")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64 at all, not even nearly!")]
    public void A_key_of_another_form_is_refused(string key) =>
        Assert.Throws<FormatException>(() => new StandardWebhookVerifier([key], TimeProvider.System));

    [Fact]
    public async Task A_signed_delivery_is_recorded_and_its_repeat_is_counted_and_dropped()
    {
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e2", OldKey));
        var seen = await SeenAsync();
        Assert.Equal((2, 1, 0), Counts(seen));
        Assert.Equal(2, seen.GetProperty("byType").GetProperty("order.paid").GetInt32());
        var first = seen.GetProperty("items")[0];
        Assert.Equal("e1", first.GetProperty("id").GetString());
        Assert.Equal("o1", first.GetProperty("body").GetProperty("data").GetProperty("orderId").GetString());
        Assert.Equal("e1", first.GetProperty("headers").GetProperty("webhook-id").GetString());
    }

    [Fact]
    public async Task A_delivery_that_is_not_genuine_is_rejected_with_its_reason()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.PostAsync(_sink, new StringContent(Body))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync("e1", signedBody: "something else"));
        Assert.Equal(HttpStatusCode.BadRequest, await DeliverAsync("e1", age: TimeSpan.FromMinutes(6)));
        var rejections = (await SeenAsync()).GetProperty("rejections");
        Assert.Equal(1, rejections.GetProperty("missingHeaders").GetInt32());
        Assert.Equal(1, rejections.GetProperty("badSignature").GetInt32());
        Assert.Equal(1, rejections.GetProperty("staleTimestamp").GetInt32());
    }

    [Fact]
    public async Task A_receiver_fails_as_often_as_it_is_told_to()
    {
        await BehaveAsync("""{ "failNext": 2, "failStatus": 429, "retryAfterSeconds": 7 }""");
        Assert.Equal(HttpStatusCode.TooManyRequests, await DeliverAsync("e1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await DeliverAsync("e1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
        Assert.Equal((1, 0, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_receiver_fails_until_told_otherwise()
    {
        await BehaveAsync("""{ "failStatus": 503 }""");
        for (var i = 0; i < 4; i++)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await DeliverAsync("e1"));
        await BehaveAsync("{}");
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
    }

    [Fact]
    public async Task A_receiver_can_record_and_then_cut_the_connection()
    {
        await BehaveAsync("""{ "resetConnection": true, "afterRecording": true }""");
        await Assert.ThrowsAsync<HttpRequestException>(() => DeliverAsync("e1"));
        await BehaveAsync("{}");
        await DeliverAsync("e1");
        Assert.Equal((1, 1, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_receiver_that_hangs_leaves_the_sender_to_give_up()
    {
        await HangAsync();
        Assert.Equal((0, 0, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_receiver_can_cut_the_connection_before_it_records()
    {
        await BehaveAsync("""{ "resetConnection": true }""");
        await Assert.ThrowsAsync<HttpRequestException>(() => DeliverAsync("e1"));
        Assert.Equal((0, 0, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_slow_receiver_takes_its_time_and_the_delivery()
    {
        await BehaveAsync("""{ "slowMs": 300 }""");
        var started = Stopwatch.GetTimestamp();
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
        Assert.True(Stopwatch.GetElapsedTime(started) >= Eventually.AtLeast(TimeSpan.FromMilliseconds(300)));
        Assert.Equal((1, 0, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_receiver_says_with_a_failure_when_to_come_back()
    {
        await BehaveAsync("""{ "failStatus": 503, "retryAfterSeconds": 7 }""");
        using var response = await SendAsync("e1");
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
    }

    [Theory]
    [InlineData("""{ "failStatus": 500, "afterRecording": true }""")]
    [InlineData("""{ "failNext": 1, "afterRecording": true }""")]
    public async Task A_receiver_can_record_and_then_fail(string behaviour)
    {
        await BehaveAsync(behaviour);
        Assert.True(await DeliverAsync("e1") >= HttpStatusCode.InternalServerError);
        await BehaveAsync("{}");
        Assert.Equal(HttpStatusCode.NoContent, await DeliverAsync("e1"));
        Assert.Equal((1, 1, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task Every_failure_that_was_asked_for_is_counted_by_its_kind()
    {
        await BehaveAsync("""{ "failStatus": 429 }""");
        await DeliverAsync("e1");
        await DeliverAsync("e1");
        await BehaveAsync("""{ "failNext": 1 }""");
        await DeliverAsync("e1");
        await BehaveAsync("""{ "resetConnection": true }""");
        await Assert.ThrowsAsync<HttpRequestException>(() => DeliverAsync("e1"));
        await HangAsync();
        var seen = await SeenAsync();
        Assert.Equal(5, seen.GetProperty("failed").GetInt32());
        Assert.Equal("""{"429":2,"503":1,"hang":1,"reset":1}""", seen.GetProperty("failures").GetRawText());
    }

    [Fact]
    public async Task A_receiver_can_find_every_signature_wrong()
    {
        await BehaveAsync("""{ "rejectSignatures": true }""");
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync("e1"));
        Assert.Equal((0, 0, 1), Counts(await SeenAsync()));
    }

    [Theory]
    [InlineData("""{ "failStatus": 200 }""")]
    [InlineData("""{ "slowMs": -1 }""")]
    [InlineData("""{ "unknown": 1 }""")]
    [InlineData("nothing")]
    public async Task A_behaviour_that_makes_no_sense_is_refused(string json) =>
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await _http.PutAsync(_sink + "/behaviour", new StringContent(json, Encoding.UTF8, "application/json"))).StatusCode);

    [Fact]
    public async Task Events_are_paged_by_cursor_and_cleared()
    {
        for (var i = 1; i <= 5; i++)
            await DeliverAsync($"e{i}");
        var ids = new List<string>();
        long? cursor = 0;
        while (cursor is not null)
        {
            var page = await SeenAsync($"?limit=2&cursor={cursor}");
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            cursor = page.GetProperty("nextCursor").Deserialize<long?>();
        }
        Assert.Equal(["e1", "e2", "e3", "e4", "e5"], ids);
        await _http.DeleteAsync(_sink);
        Assert.Equal((0, 0, 0), Counts(await SeenAsync()));
    }

    [Fact]
    public async Task A_body_over_a_megabyte_is_refused() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await DeliverAsync("big", body: new string('x', 1_100_000)));

    [Fact]
    public async Task An_unknown_receiver_is_not_found() =>
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/local/webhooks/nobody")).StatusCode);

    private async Task<HttpStatusCode> DeliverAsync(
        string id, string key = Key, string body = Body, string? signedBody = null, TimeSpan age = default, CancellationToken ct = default)
    {
        using var response = await SendAsync(id, key, body, signedBody, age, ct);
        return response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(
        string id, string key = Key, string body = Body, string? signedBody = null, TimeSpan age = default, CancellationToken ct = default)
    {
        var timestamp = (DateTimeOffset.UtcNow - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(
            Convert.FromBase64String(key["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{timestamp}.{signedBody ?? body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, _sink)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1a,ignored v1,{signature}");
        return await _http.SendAsync(request, ct);
    }

    /// <summary>A delivery that hangs until its sender gives it up, which he does once it has arrived.</summary>
    private async Task HangAsync()
    {
        await BehaveAsync("""{ "hang": true }""");
        using var patience = new CancellationTokenSource();
        var delivering = DeliverAsync("e1", ct: patience.Token);
        await Eventually.HoldsAsync(async () => (await SeenAsync()).GetProperty("failures").TryGetProperty("hang", out _));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivering);
    }

    private async Task BehaveAsync(string json)
    {
        using var response = await _http.PutAsync(
            _sink + "/behaviour", new StringContent(json, Encoding.UTF8, "application/json"));
        response.EnsureSuccessStatusCode();
    }

    private Task<JsonElement> SeenAsync(string query = "") => _http.GetFromJsonAsync<JsonElement>(_sink + query);

    private static (int Accepted, int Duplicates, int Rejected) Counts(JsonElement seen) => (
        seen.GetProperty("accepted").GetInt32(), seen.GetProperty("duplicates").GetInt32(), seen.GetProperty("rejected").GetInt32());

    public sealed class Server : IAsyncLifetime
    {
        private const int Sinks = 64;

        private readonly TestFolder _folder = new TestFolder().With("localplatform.json", JsonSerializer.Serialize(new
        {
            settings = new Dictionary<string, string> { ["Sink:Keys:0"] = Key, ["Sink:Keys:1"] = OldKey },
            webhooks = Enumerable.Range(1, Sinks).Select(n => new { name = $"sink{n}", signingKeySetting = "Sink:Keys" }),
        }));

        private int _taken;

        internal FunctionsHost Host { get; private set; } = null!;

        /// <summary>The address of a receiver that no other test uses.</summary>
        public string NextSink() => $"/local/webhooks/sink{Interlocked.Increment(ref _taken)}";

        public async ValueTask InitializeAsync() => Host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            _folder.Dispose();
        }
    }
}
