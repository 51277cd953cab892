using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Load.Http;

/// <summary>The shop did not answer within the driver's patience.</summary>
internal sealed class ShopUnreachableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Calls that must come through: what broke on the way is repeated with the same key until the shop answers or the
/// patience ends, so a restart of the shop in the middle is only a pause.
/// </summary>
/// <param name="patience">How long one call may be repeated, in all.</param>
internal sealed class ShopApi(ShopEndpoint endpoint, TimeSpan patience, TimeProvider time) : IDisposable
{
    private const int InternalErrorsMax = 5;
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(2);
    private readonly Exchange _exchange = new(endpoint, TimeSpan.FromSeconds(60));
    private long _repeats;

    /// <summary>How many requests had to be repeated because the connection failed or the shop was not able to answer.</summary>
    public long Repeats => Interlocked.Read(ref _repeats);

    public ShopEndpoint Endpoint => endpoint;

    /// <summary>A further caller with a connection of its own. Its repeats count here.</summary>
    public Task<Answer> SendAsync(Exchange exchange, ShopRequest request, string? key, CancellationToken cancellationToken) =>
        SendAsync(exchange, request, key, time.GetUtcNow() + patience, cancellationToken);

    /// <summary>Reads a document. Not for concurrent use.</summary>
    /// <exception cref="ShopUnreachableException">No answer in time, or one that is not a success.</exception>
    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken, bool forOperator = false)
    {
        var answer = await SendAsync(_exchange, new ShopRequest(HttpMethod.Get, endpoint.At(path), ForOperator: forOperator), null,
            cancellationToken);
        return Read(answer, path, type);
    }

    /// <summary>Sends what sets something up. Not for concurrent use.</summary>
    /// <exception cref="ShopUnreachableException">No answer in time, or one that is not a success.</exception>
    public async Task EnsureAsync(ShopRequest request, string? key, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(_exchange, request, key, cancellationToken);
        if (!answer.IsSuccess)
            throw Unexpected(answer, request.Uri.AbsolutePath);
    }

    /// <summary>Reads <paramref name="answer"/> as a document.</summary>
    public static T Read<T>(Answer answer, string path, JsonTypeInfo<T> type)
    {
        if (!answer.IsSuccess)
            throw Unexpected(answer, path);
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, type) ?? throw new ShopUnreachableException($"{path} answered null");
        }
        catch (JsonException exception)
        {
            throw new ShopUnreachableException($"{path} answered something that is not the contract: {exception.Message}", exception);
        }
    }

    public void Dispose() => _exchange.Dispose();

    private async Task<Answer> SendAsync(Exchange exchange, ShopRequest request, string? key, DateTimeOffset deadline,
        CancellationToken cancellationToken)
    {
        var delay = DelayMin;
        for (var internalErrors = 0; ;)
        {
            TimeSpan? retryAfter = null;
            string failure;
            try
            {
                var answer = await exchange.SendAsync(request, key, cancellationToken);
                if (!MayRepeat(answer.Status) || (answer.Status == 500 && ++internalErrors == InternalErrorsMax))
                    return answer;
                retryAfter = answer.RetryAfter;
                failure = Problem.Kind(answer);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
            {
                failure = exception.Message;
            }
            Interlocked.Increment(ref _repeats);
            var wait = retryAfter is { } asked && asked > delay ? asked : delay;
            if (time.GetUtcNow() + wait > deadline)
                throw new ShopUnreachableException(
                    $"{request.Method} {request.Uri} not answered within {patience.TotalSeconds:0} s: {failure}");
            await Task.Delay(wait, time, cancellationToken);
            delay = delay * 2 < DelayMax ? delay * 2 : DelayMax;
        }
    }

    private static bool MayRepeat(int status) => (HttpStatusCode)status is
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static ShopUnreachableException Unexpected(Answer answer, string path) =>
        new($"{path} answered {Problem.Kind(answer)}: {Problem.Detail(answer.Body.Span)}");
}
