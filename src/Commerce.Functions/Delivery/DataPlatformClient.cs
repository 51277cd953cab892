using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using CloudNative.CloudEvents;
using Commerce.Functions.Telemetry;
using Commerce.Shared.Delivery;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

/// <summary>
/// Posts one event to the data platform: a structured CloudEvent, signed as Standard Webhooks say. Trusts the other side with
/// nothing: it may hang, redirect, answer without end or with anything at all.
/// </summary>
public sealed class DataPlatformClient : IDisposable
{
    /// <summary>Characters of an answer's body that are kept for an operator to read.</summary>
    private const int ExcerptLengthMax = 300;

    /// <summary>Characters that are kept of what came of an attempt.</summary>
    internal const int DetailLengthMax = 400;

    private const string TraceParentHeader = "traceparent";

    private static readonly MediaTypeHeaderValue ContentType = new("application/cloudevents+json", "utf-8");

    private readonly HttpClient _http;
    private readonly Uri? _address;
    private readonly byte[][] _keys;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    public DataPlatformClient(IOptions<DataPlatformOptions> options, TimeProvider time)
        : this(options.Value, CreateHandler(options.Value), time)
    {
    }

    internal DataPlatformClient(DataPlatformOptions options, HttpMessageHandler handler, TimeProvider time)
    {
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _address = options.IsConfigured ? new Uri(options.Url!) : null;
        _keys = [.. options.UsableKeys()];
        _timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        _time = time;
    }

    /// <summary>Sends an event once.</summary>
    /// <exception cref="OperationCanceledException">Broken off by <paramref name="ct"/>; whether it arrived is not known.</exception>
    public async Task<DeliveryAttempt> SendAsync(CloudEvent cloudEvent, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(cloudEvent);
        var parent = cloudEvent[CloudEventFormat.TraceParent] as string;
        using var activity = CommerceTelemetry.Activities.StartActivity("deliver order event", ActivityKind.Producer, parent);
        var started = _time.GetTimestamp();
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        DeliveryAttempt attempt;
        try
        {
            using var request = Request(cloudEvent, activity?.Id ?? parent);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            attempt = await JudgeAsync(response, either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            attempt = Failed($"No answer within {_timeout.TotalSeconds:0.#} seconds.");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            attempt = Failed($"{fault.GetType().Name}: {fault.Message}");
        }
        return attempt with
        {
            // The reason phrase and a fault's message have the length that the other side gave them.
            Detail = attempt.Detail.Length > DetailLengthMax ? attempt.Detail[..DetailLengthMax] : attempt.Detail,
            DurationMs = Math.Round(_time.GetElapsedTime(started).TotalMilliseconds, 1),
        };
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler CreateHandler(DataPlatformOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(options.TimeoutSeconds),
        MaxConnectionsPerServer = options.ConnectionsMax,
        // A platform that moves is found again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 16,
        MaxResponseDrainSize = 64 * 1024,
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        // The event's own trace goes on, not that of the function that happens to carry it.
        ActivityHeadersPropagator = null,
    };

    private HttpRequestMessage Request(CloudEvent cloudEvent, string? traceParent)
    {
        var body = CloudEventFormat.Encode(cloudEvent);
        var timestamp = WebhookSignature.Timestamp(_time.GetUtcNow());
        var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = ContentType;
        request.Headers.Add(WebhookSignature.IdHeader, cloudEvent.Id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(cloudEvent.Id!, timestamp, body.Span, _keys));
        if (traceParent is not null)
            request.Headers.TryAddWithoutValidation(TraceParentHeader, traceParent);
        return request;
    }

    private async Task<DeliveryAttempt> JudgeAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        var verdict = DeliveryVerdicts.Of(status);
        var detail = $"{status} {response.ReasonPhrase}";
        if (verdict != DeliveryVerdict.Delivered && await ExcerptAsync(response, ct) is { Length: > 0 } excerpt)
            detail += ": " + excerpt;
        return new(_time.GetUtcNow(), verdict, detail) { Status = status, RetryAfter = RetryAfterOf(response) };
    }

    /// <summary>The start of the answer's body, fit to be shown on one line.</summary>
    private static async Task<string> ExcerptAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = new byte[ExcerptLengthMax];
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(source[i]) ? ' ' : source[i];
        }).Trim();
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } pause } => pause,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        if (asked <= TimeSpan.Zero)
            return null;
        return asked < RedeliverySchedule.RetryAfterMax ? asked : RedeliverySchedule.RetryAfterMax;
    }

    private DeliveryAttempt Failed(string detail) => new(_time.GetUtcNow(), DeliveryVerdict.Failed, detail);
}
