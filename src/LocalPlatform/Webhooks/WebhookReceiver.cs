using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LocalPlatform.Webhooks;

/// <summary>
/// A mock of somebody else's webhook endpoint: verifies, drops duplicates, records, and misbehaves on demand. An accepted delivery
/// and its duplicates are answered with 204.
/// </summary>
internal sealed class WebhookReceiver(string name, StandardWebhookVerifier verifier, WebhookStore store, TimeProvider time)
{
    private const int BodyBytesMax = 1024 * 1024;

    private readonly Lock _gate = new();
    private WebhookBehaviour _behaviour = new();

    public string Name => name;

    public WebhookBehaviour Behaviour
    {
        get
        {
            lock (_gate)
                return _behaviour;
        }
        set
        {
            lock (_gate)
                _behaviour = value;
        }
    }

    public WebhookSummary Summary() => store.Summary(name);

    public IReadOnlyList<WebhookEvent> Events(long afterSequence, int limit) => store.Events(name, afterSequence, limit);

    /// <summary>Forgets what was recorded and behaves again.</summary>
    public Task ClearAsync()
    {
        Behaviour = new WebhookBehaviour();
        return store.ClearAsync(name);
    }

    public async Task ReceiveAsync(HttpContext http)
    {
        var behaviour = TakeBehaviour();
        if (behaviour.SlowMs > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(behaviour.SlowMs), time, http.RequestAborted);
        if (!behaviour.AfterRecording && await MisbehaveAsync(http, behaviour))
            return;
        if (await ReadBodyAsync(http.Request) is not { } body)
        {
            await RejectAsync(http, WebhookRejection.TooLarge);
            return;
        }
        if ((behaviour.RejectSignatures ? WebhookRejection.BadSignature : Check(http.Request, body)) is { } rejection)
        {
            await RejectAsync(http, rejection);
            return;
        }
        await RecordAsync(http.Request, body);
        if (!behaviour.AfterRecording || !await MisbehaveAsync(http, behaviour))
            http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The behaviour for one delivery, which uses up one of the failures that were asked for.</summary>
    private WebhookBehaviour TakeBehaviour()
    {
        lock (_gate)
        {
            var taken = _behaviour;
            if (taken.FailNext > 0)
                _behaviour = taken with { FailNext = taken.FailNext - 1, FailStatus = taken.FailNext > 1 ? taken.FailStatus : null };
            return taken;
        }
    }

    /// <summary>False when the delivery is to be treated properly.</summary>
    private async Task<bool> MisbehaveAsync(HttpContext http, WebhookBehaviour behaviour)
    {
        if (behaviour is { Hang: false, ResetConnection: false, FailNext: 0, FailStatus: null })
            return false;
        var status = behaviour.FailStatus ?? StatusCodes.Status503ServiceUnavailable;
        await store.CountFailureAsync(
            name, behaviour switch
            { { Hang: true } => "hang", { ResetConnection: true } => "reset",
                _ =>
                status.ToString(CultureInfo.InvariantCulture)
            });
        if (behaviour.Hang)
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (behaviour.Hang || behaviour.ResetConnection)
        {
            http.Abort();
            return true;
        }
        http.Response.StatusCode = status;
        if (behaviour.RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    private WebhookRejection? Check(HttpRequest request, byte[] body) => verifier.Check(
        request.Headers["webhook-id"], request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], body);

    private Task RejectAsync(HttpContext http, WebhookRejection rejection)
    {
        http.Response.StatusCode = rejection switch
        {
            WebhookRejection.BadSignature => StatusCodes.Status401Unauthorized,
            WebhookRejection.TooLarge => StatusCodes.Status413PayloadTooLarge,
            _ => StatusCodes.Status400BadRequest,
        };
        return store.CountRejectionAsync(name, JsonNamingPolicy.CamelCase.ConvertName(rejection.ToString()));
    }

    private Task<bool> RecordAsync(HttpRequest request, byte[] body)
    {
        var headers = JsonSerializer.Serialize(request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()));
        return store.RecordAsync(name, request.Headers["webhook-id"].ToString(), TypeOf(request, body), time.GetUtcNow(), headers, body);
    }

    /// <summary>The body, or null when it is larger than the receiver takes.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            var isTooLarge = read.Buffer.Length > BodyBytesMax;
            if (!isTooLarge && !read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            var body = isTooLarge ? null : read.Buffer.ToArray();
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return body;
        }
    }

    /// <summary>
    /// The event's type: the member <c>type</c> of a JSON body, which CloudEvents and Standard Webhooks both have, or the header
    /// <c>ce-type</c>.
    /// </summary>
    private static string TypeOf(HttpRequest request, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
                return type.GetString()!;
        }
        catch (JsonException)
        {
            // Not JSON: the header may say what it is.
        }
        return request.Headers["ce-type"] is [{ Length: > 0 } header] ? header : "unknown";
    }
}
