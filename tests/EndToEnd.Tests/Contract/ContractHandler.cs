namespace EndToEnd.Tests.Contract;

/// <summary>
/// Checks every response that passes against the API document: status, media type, body and headers. A test that uses a client with this
/// handler cannot see an answer that the document does not describe:
/// <code>new HttpClient(new ContractHandler(new SocketsHttpHandler())) { BaseAddress = ... }</code>
/// </summary>
internal sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string ApiPrefix = "/api/";

    /// <summary>Headers that tell clients something, so that they must be documented where they are sent.</summary>
    private static readonly string[] TellingHeaders = ["ETag", "Location", "Retry-After", "Allow", "Preference-Applied"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (path.StartsWith(ApiPrefix, StringComparison.Ordinal))
        {
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var differences = Differences(request.Method.Method, path, response, await response.Content.ReadAsStringAsync(cancellationToken)).ToList();
            if (differences.Count > 0)
                throw new ContractException($"{request.Method} {request.RequestUri} -> {(int)response.StatusCode}: {string.Join("; ", differences)}");
        }
        return response;
    }

    private static IEnumerable<string> Differences(string method, string path, HttpResponseMessage response, string body)
    {
        var operation = ApiContract.Instance.OperationOf(method, path);
        if (!operation.Responses.TryGetValue((int)response.StatusCode, out var documented))
            return [$"{operation.Name} is not documented to answer this: {body}"];
        return HeaderDifferences(documented, response).Concat(BodyDifferences(documented, response, body));
    }

    private static IEnumerable<string> HeaderDifferences(ApiResponse documented, HttpResponseMessage response)
    {
        bool IsSent(string name) => response.Headers.NonValidated.Contains(name) || response.Content.Headers.NonValidated.Contains(name);

        return documented.Headers.Where(header => header.Value && !IsSent(header.Key)).Select(header => $"the header {header.Key} is missing")
            .Concat(TellingHeaders.Where(name => IsSent(name) && !documented.Headers.ContainsKey(name)).Select(name => $"the header {name} is not documented"));
    }

    private static IEnumerable<string> BodyDifferences(ApiResponse documented, HttpResponseMessage response, string body)
    {
        if (documented.Contents.Count == 0)
            return body.Length == 0 ? [] : [$"a body is not documented: {body}"];
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "none";
        if (!documented.Contents.TryGetValue(mediaType, out var schema))
            return [$"the media type {mediaType} is not documented"];
        return mediaType.EndsWith("json", StringComparison.Ordinal)
            ? schema.Value.Validate(body).Select(error => $"{error.Kind} at {error.Path} in {body}")
            : [];
    }
}

/// <summary>The shop answered what its API document does not describe.</summary>
public sealed class ContractException(string message) : Exception(message);
