using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Commerce.Functions.Delivery;
using Commerce.Functions.Telemetry;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Delivery;

public class DataPlatformClientTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_goes_out_as_a_signed_structured_CloudEvent_in_the_buyers_trace()
    {
        using var platform = new FakePlatform();

        var attempt = await SendAsync(platform);

        Assert.Equal((DeliveryVerdict.Delivered, 200, Now), (attempt.Verdict, attempt.Status, attempt.At));
        var headers = platform.Last!.Headers;
        Assert.Equal(HttpMethod.Post, platform.Last.Method);
        Assert.Equal("https://platform.example/events", platform.Last.RequestUri!.ToString());
        Assert.Equal("application/cloudevents+json; charset=utf-8", platform.Last.Content!.Headers.ContentType!.ToString());
        Assert.Equal("o-1.paid", headers.GetValues("webhook-id").Single());
        Assert.Equal(Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
            headers.GetValues("webhook-timestamp").Single());
        Assert.Equal(
            WebhookSignature.Sign(
                "o-1.paid", headers.GetValues("webhook-timestamp").Single(), platform.LastBody,
                    WebhookSignature.ParseKey(DeliveryFixture.Options.SigningKeys[0])!),
            headers.GetValues("webhook-signature").Single());
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", headers.GetValues("traceparent").Single(), StringComparison.Ordinal);
        Assert.Equal("o-1.paid", JsonDocument.Parse(platform.LastBody).RootElement.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Of_what_came_of_an_attempt_no_more_is_kept_than_a_person_reads()
    {
        using var platform = new FakePlatform
        {
            Answer = _ => new HttpResponseMessage(HttpStatusCode.BadGateway) { ReasonPhrase = new string('x', 16_000) },
        };

        var attempt = await SendAsync(platform);

        Assert.Equal("502 " + new string('x', DataPlatformClient.DetailLengthMax - 4), attempt.Detail);
    }

    [Theory]
    [InlineData(204, DeliveryVerdict.Delivered)]
    [InlineData(302, DeliveryVerdict.Failed)]
    [InlineData(400, DeliveryVerdict.Rejected)]
    [InlineData(401, DeliveryVerdict.Failed)]
    [InlineData(408, DeliveryVerdict.Failed)]
    [InlineData(410, DeliveryVerdict.Rejected)]
    [InlineData(413, DeliveryVerdict.Rejected)]
    [InlineData(422, DeliveryVerdict.Rejected)]
    [InlineData(425, DeliveryVerdict.Failed)]
    [InlineData(429, DeliveryVerdict.Failed)]
    [InlineData(500, DeliveryVerdict.Failed)]
    [InlineData(503, DeliveryVerdict.Failed)]
    public async Task An_answer_is_judged_by_its_status_and_quoted(int status, DeliveryVerdict verdict)
    {
        using var platform = new FakePlatform
        {
            Answer = _ => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent("no\r\nthanks") },
        };

        var attempt = await SendAsync(platform);

        Assert.Equal((verdict, status), (attempt.Verdict, attempt.Status));
        Assert.Equal(verdict != DeliveryVerdict.Delivered, attempt.Detail.EndsWith(": no  thanks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_without_end_is_read_no_further_than_its_start()
    {
        using var platform = new FakePlatform
        {
            Answer = _ => new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StreamContent(new EndlessStream()) },
        };

        var attempt = await SendAsync(platform);

        Assert.Equal(DeliveryVerdict.Rejected, attempt.Verdict);
        Assert.InRange(attempt.Detail.Length, 300, 350);
    }

    [Fact]
    public async Task Retry_After_is_understood_as_seconds_and_as_a_date_and_bounded()
    {
        Assert.Equal(TimeSpan.FromSeconds(7), await RetryAfterAsync(new RetryConditionHeaderValue(TimeSpan.FromSeconds(7))));
        Assert.Equal(TimeSpan.FromMinutes(2), await RetryAfterAsync(new RetryConditionHeaderValue(Now.AddMinutes(2))));
        Assert.Equal(TimeSpan.FromHours(1), await RetryAfterAsync(new RetryConditionHeaderValue(TimeSpan.FromDays(9))));
        Assert.Null(await RetryAfterAsync(new RetryConditionHeaderValue(Now.AddMinutes(-2))));
        Assert.Null(await RetryAfterAsync(null));
    }

    [Fact]
    public async Task A_platform_that_hangs_is_given_up_after_the_timeout()
    {
        var time = new FakeTimeProvider(Now);
        using var handler = new HangingHandler();
        using var client = new DataPlatformClient(DeliveryFixture.Options, handler, time);

        var sending = client.SendAsync(OrderEvents.Event(OrderEvents.PaidType, DeliveryFixture.OrderOf("o-1", Now)), Stop);
        await handler.Reached.Task.WaitAsync(TimeSpan.FromSeconds(120), Stop);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        var attempt = await sending;
        Assert.Equal((DeliveryVerdict.Failed, null), (attempt.Verdict, attempt.Status));
        Assert.Equal("No answer within 10 seconds.", attempt.Detail);
        Assert.Equal(11_000, attempt.DurationMs);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_a_failure()
    {
        using var platform = new FakePlatform { Answer = _ => throw new HttpRequestException("refused") };

        var attempt = await SendAsync(platform);

        Assert.Equal((DeliveryVerdict.Failed, "HttpRequestException: refused"), (attempt.Verdict, attempt.Detail));
    }

    [Fact]
    public async Task A_stop_of_the_host_is_no_failure_of_the_platform()
    {
        using var stop = new CancellationTokenSource();
        using var handler = new HangingHandler();
        using var client = new DataPlatformClient(DeliveryFixture.Options, handler, TimeProvider.System);

        var sending = client.SendAsync(OrderEvents.Event(OrderEvents.PaidType, DeliveryFixture.OrderOf("o-1", Now)), stop.Token);
        await handler.Reached.Task.WaitAsync(TimeSpan.FromSeconds(120), Stop);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("https://platform.example/events", true)]
    [InlineData("http://127.0.0.1:7071/local/webhooks/data-platform", true)]
    [InlineData("http://localhost/", true)]
    [InlineData("http://platform.example/events", false)]
    [InlineData("ftp://platform.example/events", false)]
    [InlineData("/events", false)]
    [InlineData("", true)]
    public void The_address_is_https_outside_this_machine(string? url, bool accepted) =>
        Assert.Equal(accepted, (DeliveryFixture.Options with { Url = url }).Problem() is null);

    [Fact]
    public void Settings_that_make_no_sense_are_named()
    {
        var good = DeliveryFixture.Options;
        Assert.Contains("more than 2", (good with { SigningKeys = [.. Enumerable.Repeat(good.SigningKeys[0], 3)] }).Problem(),
            StringComparison.Ordinal);
        Assert.Contains("DataPlatform:TimeoutSeconds", (good with { TimeoutSeconds = double.NaN }).Problem(), StringComparison.Ordinal);
        Assert.Contains("DataPlatform:DrainPerSecond", (good with { DrainPerSecond = 0 }).Problem(), StringComparison.Ordinal);
        Assert.Contains("DataPlatform:ConnectionsMax", (good with { ConnectionsMax = 0 }).Problem(), StringComparison.Ordinal);
        Assert.Contains("DataPlatform:ProbeSecondsMax", (good with { ProbeSecondsMax = 0 }).Problem(), StringComparison.Ordinal);
        Assert.Null((new DataPlatformOptions()).Problem());
        Assert.Null((good with { SigningKeys = [good.SigningKeys[0], good.SigningKeys[0]] }).Problem());
        Assert.Equal(
            "DataPlatform:Url must be an absolute https address (http only on this machine).", (good with { Url = "/events" }).Problem());
        Assert.StartsWith("DataPlatform:Url is missing", (good with { Url = "" }).Warning(), StringComparison.Ordinal);
    }

    /// <summary>50 events of the backlog, 40 at a time: two waves of ten seconds after the slice of ten.</summary>
    [Fact]
    public void The_longest_run_follows_from_the_settings()
    {
        var (work, settings) = new DataPlatformOptions().LongestRun!.Value;

        Assert.Equal(TimeSpan.FromSeconds(30), work);
        Assert.Equal(
            "DataPlatform:TimeoutSeconds for a page of 50 events, of which DataPlatform:ConnectionsMax lets 40 be sent at a time",
            settings);
    }

    /// <summary>The span of the attempt, where somebody traces; a child of the buyer's.</summary>
    [Fact]
    public async Task The_trace_goes_on_with_the_attempt()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source == CommerceTelemetry.Activities,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var platform = new FakePlatform();

        await SendAsync(platform);

        var header = platform.Last!.Headers.GetValues("traceparent").Single();
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", header, StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", header, StringComparison.Ordinal);
    }

    /// <summary>The reference stands in the setting for as long as the vault has no such secret.</summary>
    [Theory]
    [InlineData()]
    [InlineData("secret")]
    [InlineData("@Microsoft.KeyVault(SecretUri=https://kv-dev.vault.azure.net/secrets/data-platform-signing-key-current)")]
    public void An_address_without_a_key_stops_nothing_and_makes_events_wait(params string[] keys)
    {
        var options = DeliveryFixture.Options with { SigningKeys = keys };

        Assert.Null(options.Problem());
        Assert.False(options.IsConfigured);
        Assert.StartsWith("DataPlatform:SigningKeys has no key", options.Warning(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_that_is_there_signs_alone_while_the_other_is_missing()
    {
        var options = DeliveryFixture.Options with { SigningKeys = ["@Microsoft.KeyVault(...)", DeliveryFixture.Options.SigningKeys[0]] };
        using var platform = new FakePlatform();
        using var client = new DataPlatformClient(options, platform, new FakeTimeProvider(Now));

        await client.SendAsync(OrderEvents.Event(OrderEvents.PaidType, DeliveryFixture.OrderOf("o-1", Now)), Stop);

        Assert.Single(platform.Last!.Headers.GetValues("webhook-signature").Single().Split(' '));
        Assert.Contains("only one of the two", options.Warning(), StringComparison.Ordinal);
        Assert.Null(DeliveryFixture.Options.Warning());
        Assert.StartsWith("DataPlatform:Url is missing", (new DataPlatformOptions()).Warning(), StringComparison.Ordinal);
    }

    private static async Task<TimeSpan?> RetryAfterAsync(RetryConditionHeaderValue? value)
    {
        using var platform = new FakePlatform
        {
            Answer = _ => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = value } },
        };
        return (await SendAsync(platform)).RetryAfter;
    }

    private static async Task<DeliveryAttempt> SendAsync(FakePlatform platform)
    {
        using var client = new DataPlatformClient(DeliveryFixture.Options, platform, new FakeTimeProvider(Now));
        return await client.SendAsync(OrderEvents.Event(OrderEvents.PaidType, DeliveryFixture.OrderOf("o-1", Now)), Stop);
    }

    private sealed class HangingHandler : HttpMessageHandler
    {
        public TaskCompletionSource Reached { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Reached.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }

    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Encoding.ASCII.GetBytes(new string('x', count), buffer.AsSpan(offset, count));
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
