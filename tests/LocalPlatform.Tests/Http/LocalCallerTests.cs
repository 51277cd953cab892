using System.Net;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;

namespace LocalPlatform.Tests.Http;

/// <summary>The host asks for no keys, so it minds who calls.</summary>
public sealed class LocalCallerTests(LocalCallerTests.Server server) : IClassFixture<LocalCallerTests.Server>
{
    private const string Allowed = "https://shop.example";

    private readonly HttpClient _http = server.Host.Http;

    [Theory]
    [InlineData("localhost", HttpStatusCode.NoContent)]
    [InlineData("127.0.0.1", HttpStatusCode.NoContent)]
    [InlineData("[::1]", HttpStatusCode.NoContent)]
    [InlineData("rebound.example", HttpStatusCode.Forbidden)]
    public async Task A_request_has_to_name_this_host(string host, HttpStatusCode expected)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/fine") { Headers = { Host = host } };
        Assert.Equal(expected, (await _http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData(Allowed, HttpStatusCode.NoContent)]
    [InlineData("https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task A_page_has_to_be_allowed(string origin, HttpStatusCode expected) =>
        Assert.Equal(expected, (await CallFromAsync(origin)).StatusCode);

    [Fact]
    public async Task A_page_of_the_hosts_own_address_may_call() =>
        Assert.Equal(HttpStatusCode.NoContent, (await CallFromAsync(_http.BaseAddress!.GetLeftPart(UriPartial.Authority))).StatusCode);

    [Fact]
    public async Task An_allowed_page_may_read_the_answer() =>
        Assert.Equal([Allowed], (await CallFromAsync(Allowed)).Headers.GetValues("Access-Control-Allow-Origin"));

    private Task<HttpResponseMessage> CallFromAsync(string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/fine");
        request.Headers.Add("Origin", origin);
        return _http.SendAsync(request);
    }

    public sealed class Server : IAsyncLifetime
    {
        private readonly TestFolder _folder = new TestFolder().With("local.settings.json", $$"""{ "Host": { "CORS": "{{Allowed}}" } }""");

        internal FunctionsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            _folder.Dispose();
        }
    }
}
