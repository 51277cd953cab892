using System.Net;
using System.Net.Http.Headers;
using LocalPlatform.Cosmos.Protocol;

namespace LocalPlatform.Cosmos;

/// <summary>
/// The gateway as an <see cref="HttpMessageHandler"/>: the genuine SDK talks to it in the same process, without a socket.
/// </summary>
public sealed class CosmosGatewayHandler(CosmosStore store) : HttpMessageHandler
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        var call = new GatewayRequest(
            request.Method.Method,
            ResourcePath.WithoutQuery(request.RequestUri!.PathAndQuery),
            new Message(request),
            await ReadBodyAsync(request, cancellationToken));
        return ToMessage(request, call, await store.Gateway.HandleAsync(call));
    }

    private static async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Content is null ? default : await request.Content.ReadAsByteArrayAsync(cancellationToken);

    private static HttpResponseMessage ToMessage(HttpRequestMessage request, GatewayRequest call, GatewayResponse answer)
    {
        var content = new ReadOnlyMemoryContent(answer.Body);
        content.Headers.ContentType = answer.ContentType == Json.MediaType ? Json : new MediaTypeHeaderValue(answer.ContentType);
        var message = new HttpResponseMessage((HttpStatusCode)answer.Status) { RequestMessage = request, Content = content };
        answer.WriteHeaders(call, message.Headers, static (headers, name, value) => headers.TryAddWithoutValidation(name, value));
        return message;
    }

    private sealed class Message(HttpRequestMessage request) : IGatewayMessage
    {
        public string Endpoint => request.RequestUri!.GetLeftPart(UriPartial.Authority) + "/";

        // Values are taken as they were set: validating and parsing them would cost more than the request itself.
        public string? Find(string header) =>
            (header == HeaderNames.ContentType ? request.Content?.Headers : (HttpHeaders)request.Headers) is { } headers
            && headers.NonValidated.TryGetValues(header, out var values)
                ? values.ToString()
                : null;
    }
}
