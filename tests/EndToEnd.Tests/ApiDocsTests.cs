using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

public sealed class ApiDocsTests(ShopFixture fixture) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = fixture.Process.Address };

    [Fact]
    public async Task The_shop_serves_its_document_as_yaml_and_as_json()
    {
        var yaml = await _http.GetStringAsync("/api/openapi.yaml", TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(await _http.GetStringAsync("/api/openapi.json", TestContext.Current.CancellationToken));

        Assert.StartsWith("openapi: 3.1.0\n", yaml, StringComparison.Ordinal);
        var paths = Regex.Matches(yaml, "^  (/api/\\S+):$", RegexOptions.Multiline).Select(match => match.Groups[1].Value);
        Assert.Equal(paths, json.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name));
    }

    [Theory]
    [InlineData("/api/openapi.yaml")]
    [InlineData("/api/openapi.json")]
    [InlineData("/api/docs")]
    [InlineData("/api/docs/scalar.js")]
    public async Task What_a_browser_has_already_is_not_sent_again(string path)
    {
        using var first = await SendAsync(path, ("Accept-Encoding", "gzip"));
        using var again = await SendAsync(path, ("Accept-Encoding", "gzip"), ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal(200, (int)first.StatusCode);
        Assert.Equal(304, (int)again.StatusCode);
    }

    [Fact]
    public async Task The_page_loads_nothing_from_elsewhere_and_may_not()
    {
        using var response = await SendAsync("/api/docs");
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        Assert.DoesNotMatch("https?://", page);
        Assert.DoesNotMatch(@"<script(?![^>]*(src|data-url)=)", page);
        Assert.DoesNotMatch(@"https?:|\*|'unsafe-eval'", policy);
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        foreach (Match asset in Regex.Matches(page, "(?:src|data-url)=\"([^\"]+)\""))
        {
            using var found = await SendAsync($"/api/{asset.Groups[1].Value}");
            Assert.Equal(200, (int)found.StatusCode);
        }
    }

    [Fact]
    public async Task The_viewer_is_sent_compressed_to_those_who_take_it_so()
    {
        using var packed = await SendAsync("/api/docs/scalar.js", ("Accept-Encoding", "gzip, br"));
        using var plain = await SendAsync("/api/docs/scalar.js");

        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Contains("api-reference", await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
