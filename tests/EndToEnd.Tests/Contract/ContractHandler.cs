using System.Net;

namespace EndToEnd.Tests.Contract;

/// <summary>
/// Checks every response that passes against the API document, which the shop itself serves: status, media type, body and headers. A test
/// that uses a client with this handler cannot see an answer that the document does not describe:
/// <code>new HttpClient(new ContractHandler(new SocketsHttpHandler())) { BaseAddress = ... }</code>
/// </summary>
internal sealed class ContractHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string ApiPrefix = "/api/";

    /// <summary>Headers that tell clients something, so that they must be documented where they are sent.</summary>
    private static readonly string[] TellingHeaders = ["ETag", "Location", "Retry-After", "Allow", "Preference-Applied"];

    private ApiContract? _contract;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (!path.StartsWith(ApiPrefix, StringComparison.Ordinal))
            return await base.SendAsync(request, cancellationToken);

        // Read before the request: a test may kill the shop in the middle of it.
        var contract = _contract ??= await ReadContractAsync(request.RequestUri, cancellationToken);
        var response = await base.SendAsync(request, cancellationToken);
        // Not an answer of the shop's: its host lost the process that was to give one.
        if (response.StatusCode == HttpStatusCode.BadGateway)
            throw new HttpRequestException("The process that was to answer is gone.");
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var differences = Differences(contract.OperationOf(request.Method.Method, path), response, body).ToList();
        return differences.Count == 0
            ? response
            : throw new ContractException(
                $"{string.Join("; ", differences)}: {request.Method} {Shorten(request.RequestUri.ToString())} -> "
                    + $"{(int)response.StatusCode} {Shorten(body)}");
    }

    private async Task<ApiContract> ReadContractAsync(Uri shop, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(shop, "/api/openapi.json"));
        using var response = await base.SendAsync(request, ct);
        return ApiContract.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(ct));
    }

    private static bool IsTakenAsItIs(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Content-Type-Options", out var options) && options.SequenceEqual(["nosniff"]);

    private static string Shorten(string text) => text.Length <= 500 ? text : text[..500] + "...";

    private static IEnumerable<string> Differences(ApiOperation operation, HttpResponseMessage response, string body)
    {
        if (!operation.Responses.TryGetValue((int)response.StatusCode, out var documented))
            return [$"{operation.Name} is not documented to answer this"];
        var differences = HeaderDifferences(documented, response);
        return response.RequestMessage?.Method == HttpMethod.Head ? differences
            : differences.Concat(BodyDifferences(documented, response, body));
    }

    private static IEnumerable<string> HeaderDifferences(ApiResponse documented, HttpResponseMessage response)
    {
        bool IsSent(string name) => response.Headers.NonValidated.Contains(name) || response.Content.Headers.NonValidated.Contains(name);

        return documented.Headers.Where(header => header.Value && !IsSent(header.Key))
            .Select(header => $"the header {header.Key} is missing")
            .Concat(TellingHeaders.Where(name => IsSent(name) && !documented.Headers.ContainsKey(name))
                .Select(name => $"the header {name} is not documented"));
    }

    private static IEnumerable<string> BodyDifferences(ApiResponse documented, HttpResponseMessage response, string body)
    {
        if (documented.Contents.Count == 0)
            return body.Length == 0 ? [] : ["a body is not documented"];
        var mediaType = response.Content.Headers.ContentType?.MediaType ?? "none";
        if (!documented.Contents.TryGetValue(mediaType, out var schema))
            return [$"the media type {mediaType} is not documented"];
        if (!mediaType.EndsWith("json", StringComparison.Ordinal))
            return [];
        var invalid = schema.Value.Validate(body).Select(error => $"{error.Kind} at {error.Path}");
        return IsTakenAsItIs(response) ? invalid : invalid.Append("a browser may take it for something else (X-Content-Type-Options)");
    }
}

/// <summary>The shop answered what its API document does not describe.</summary>
public sealed class ContractException(string message) : Exception(message);
