using System.Net;
using System.Text;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests.Contract;

/// <summary>The contract check itself: what it lets pass, and that it finds each kind of difference.</summary>
public class ContractHandlerTests(ShopFixture fixture)
{
    private const string Balance = """{"userId":"17850","balance":200000,"held":0,"currency":"KRW","updatedAt":"2026-03-02T08:26:04.1270000Z"}""";
    private const string NotFound = """{"type":"https://commerce.example/problems/not-found","title":"Not found.","status":404,"detail":"There is nothing at this address."}""";

    [Theory]
    [InlineData("/api/users/17850/balance", 200, "application/json", Balance, "ETag: \"1\"")]
    [InlineData("/api/users/17850/balance", 304, null, "", "ETag: \"1\"")]
    [InlineData("/api/nothing", 404, "application/problem+json", NotFound, null)]
    [InlineData("/elsewhere", 418, "text/plain", "whatever", null)]
    public async Task A_documented_answer_passes(string path, int status, string? mediaType, string body, string? header)
    {
        using var client = Client(status, mediaType, body, header);

        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/api/users/17850/balance", 418, "application/json", Balance, "ETag: \"1\"", "not documented to answer this")]
    [InlineData("/api/users/17850/balance", 200, "text/plain", Balance, "ETag: \"1\"", "media type text/plain")]
    [InlineData("/api/users/17850/balance", 200, "application/json", """{"userId":"17850","currency":"KRW"}""", "ETag: \"1\"",
        "PropertyRequired at #/balance")]
    [InlineData("/api/users/17850/balance", 200, "application/json", """{"userId":"17850","balance":-1,"currency":"KRW"}""", "ETag: \"1\"",
        "NumberTooSmall at #/balance")]
    [InlineData("/api/users/17850/balance", 200, "application/json", """{"userId":"17850","balance":1,"currency":"KRW","tier":"gold"}""",
        "ETag: \"1\"", "#/tier")]
    [InlineData("/api/users/17850/balance", 200, "application/json", Balance, null, "ETag is missing")]
    [InlineData("/api/users/17850/balance", 200, "application/json", Balance, "ETag: \"1\"|Location: /x", "Location is not documented")]
    [InlineData(
        "/api/users/17850/balance", 200, "application/json", Balance, "ETag: \"1\"|X-Content-Type-Options: sniff",
            "X-Content-Type-Options")]
    [InlineData("/api/users/17850/balance", 304, null, "surprise", "ETag: \"1\"", "a body is not documented")]
    [InlineData("/api/nothing", 200, "application/json", "{}", null, "not documented to answer this")]
    [InlineData("/api/nothing", 404, "application/problem+json",
        """{"type":"https://commerce.example/problems/made-up","title":"","status":404,"detail":""}""", null, "NotInEnumeration at #/type")]
    public async Task An_undocumented_answer_is_found(string path, int status, string? mediaType, string body, string? headers,
        string difference)
    {
        using var client = Client(status, mediaType, body, headers);

        var found = await Assert.ThrowsAsync<ContractException>(() =>
            client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));

        Assert.Contains(difference, found.Message, StringComparison.Ordinal);
    }

    private HttpClient Client(int status, string? mediaType, string body, string? headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (mediaType is not null)
            response.Content = new StringContent(body, Encoding.UTF8, mediaType);
        else if (body.Length > 0)
            response.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (headers?.Contains("X-Content-Type-Options", StringComparison.Ordinal) != true)
            response.Headers.Add("X-Content-Type-Options", "nosniff");
        foreach (var header in headers?.Split('|') ?? [])
            response.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        return new HttpClient(new ContractHandler(new Canned(response))) { BaseAddress = fixture.Process.Address };
    }

    /// <summary>Takes the document from the shop, and everything else out of the can.</summary>
    private sealed class Canned(HttpResponseMessage response) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            request.RequestUri!.AbsolutePath == "/api/openapi.json" ? base.SendAsync(request, cancellationToken)
                : Task.FromResult(response);
    }
}
