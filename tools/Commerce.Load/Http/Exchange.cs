using System.Net.Http.Headers;

namespace Commerce.Load.Http;

/// <summary>
/// One client's requests, one after another: it keeps its receive buffer and its timeout, so that a request costs the
/// driver little. Not for use by two at once.
/// </summary>
internal sealed class Exchange(ShopEndpoint endpoint, TimeSpan timeout) : IDisposable
{
    private const int AnswerBytesMax = 64 * 1024 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private byte[] _buffer = new byte[16 * 1024];
    private CancellationTokenSource _timer = new();

    /// <summary>Sends, and receives the whole answer.</summary>
    /// <exception cref="HttpRequestException">No connection, or it broke.</exception>
    /// <exception cref="IOException">It broke while the body came.</exception>
    /// <exception cref="TimeoutException">No whole answer within the timeout.</exception>
    /// <exception cref="ShopUnreachableException">Nobody has listened at the shop's address for too long.</exception>
    public async ValueTask<Answer> SendAsync(ShopRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (!_timer.TryReset())
        {
            _timer.Dispose();
            _timer = new CancellationTokenSource();
        }
        _timer.CancelAfter(timeout);
        using var cancelled = cancellationToken.UnsafeRegister(static timer => ((CancellationTokenSource)timer!).Cancel(), _timer);
        using var message = Message(request, idempotencyKey);
        try
        {
            await endpoint.SignAsync(message, request, _timer.Token);
            using var response = await endpoint.Invoker.SendAsync(message, _timer.Token);
            endpoint.Presence.Seen();
            var length = await ReceiveAsync(response.Content, _timer.Token);
            return new Answer((int)response.StatusCode, _buffer.AsMemory(0, length), RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer within {timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException unheard) when (unheard.HttpRequestError == HttpRequestError.ConnectionError)
        {
            endpoint.Presence.Missed(unheard);
            throw;
        }
    }

    public void Dispose() => _timer.Dispose();

    private static HttpRequestMessage Message(ShopRequest request, string? idempotencyKey)
    {
        var message = new HttpRequestMessage(request.Method, request.Uri);
        if (idempotencyKey is not null)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = request.ContentType == "application/json" ? Json
                : new MediaTypeHeaderValue(request.ContentType);
        }
        return message;
    }

    private async ValueTask<int> ReceiveAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var length = 0;
        while (await stream.ReadAsync(_buffer.AsMemory(length), cancellationToken) is var read and > 0)
        {
            length += read;
            if (length == AnswerBytesMax)
                throw new IOException($"the answer is longer than {AnswerBytesMax} bytes");
            if (length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        return length;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        (int)response.StatusCode is 429 or 503 ? response.Headers.RetryAfter?.Delta : null;
}
