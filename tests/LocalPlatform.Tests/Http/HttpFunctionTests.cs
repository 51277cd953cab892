using System.Net;
using System.Net.Http.Json;
using System.Text;
using LocalPlatform.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Tests.Http;

public sealed class HttpFunctionTests(HttpFunctionTests.Server server) : IClassFixture<HttpFunctionTests.Server>
{
    private const int BodyBytesMax = 30_000_000;

    private readonly HttpClient _http = server.Host.Http;

    [Theory]
    [InlineData("/api/users/u1/orders/7", "u1:7")]
    [InlineData("/api/users/a%20b/orders/12", "a b:12")]
    public async Task Route_parameters_bind_by_name_and_type(string path, string expected) =>
        Assert.Equal(expected, await _http.GetStringAsync(path));

    [Fact]
    public async Task A_constraint_sends_other_paths_to_the_catch_all()
    {
        var response = await _http.GetAsync("/api/users/u1/orders/seven");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("nothing at users/u1/orders/seven", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("DELETE", "/api/users/u1/orders/7")]
    [InlineData("PATCH", "/api/items")]
    [InlineData("OPTIONS", "/api/items")]
    [InlineData("GET", "/api/nowhere")]
    [InlineData("PROPFIND", "/api/nowhere")]
    public async Task Wrong_methods_and_unknown_paths_reach_the_catch_all(string method, string path)
    {
        var response = await _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.StartsWith("nothing at ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_request_is_a_method_of_its_own()
    {
        var response = await _http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/users/u1/orders/7"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("nothing at users/u1/orders/7".Length, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/users/u1/orders/7")]
    [InlineData("/api//users/u1/orders/7")]
    [InlineData("/")]
    public async Task A_path_that_no_function_can_have_is_a_bare_404(string path)
    {
        var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task The_first_function_by_name_takes_a_request_also_from_a_more_specific_route()
    {
        Assert.Equal("top of any", await _http.GetStringAsync("/api/shelves/top"));
        Assert.Equal("the top one", await (await _http.PutAsync("/api/shelves/top", null)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_binds_as_json()
    {
        var response = await _http.PostAsJsonAsync("/api/items", new Item("pen", 3));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(new Item("pen", 4), await response.Content.ReadFromJsonAsync<Item>());
    }

    [Fact]
    public async Task A_malformed_body_is_a_bare_500() =>
        await AssertBareAsync(500, await _http.PostAsync("/api/items", new StringContent("{ no json", Encoding.UTF8, "application/json")));

    [Fact]
    public async Task A_function_that_throws_is_a_bare_500() =>
        await AssertBareAsync(500, await _http.GetAsync("/api/explode"));

    [Fact]
    public async Task A_function_that_throws_after_it_began_to_answer_breaks_the_connection() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetStringAsync("/api/explode/late"));

    [Fact]
    public async Task A_body_that_is_too_large_fails_the_function_that_reads_it()
    {
        var largest = await SwallowAsync(BodyBytesMax);
        Assert.Equal($"{BodyBytesMax}", await largest.Content.ReadAsStringAsync());
        await AssertBareAsync(500, await SwallowAsync(BodyBytesMax + 1));
    }

    [Theory]
    [InlineData("text", "text/plain; charset=utf-8", "hello")]
    [InlineData("json", "application/json; charset=utf-8", """{"name":"pen","count":1}""")]
    [InlineData("action", "application/json; charset=utf-8", """{"name":"ink","count":2}""")]
    public async Task Results_of_both_kinds_are_written(string kind, string contentType, string body)
    {
        var response = await _http.GetAsync($"/api/results/{kind}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_run_has_one_scope_which_ends_with_it()
    {
        var first = await _http.GetFromJsonAsync<string[]>("/api/scope");
        var second = await _http.GetFromJsonAsync<string[]>("/api/scope");
        Assert.Equal(first![0], first[1]);
        Assert.NotEqual(first[0], second![0]);
        // Whoever asked may have the answer a moment before.
        await Eventually.HoldsAsync(() => Basket.Disposed.Contains(first[0]));
    }

    [Fact]
    public async Task The_context_tells_the_function_the_trace_and_the_binding_data()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/context/42?colour=red&ID=7");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var told = await (await _http.SendAsync(request)).Content.ReadFromJsonAsync<Dictionary<string, string>>();
        Assert.Equal("Context", told!["name"]);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", told["trace"], StringComparison.Ordinal);
        // Names are one whatever their case, and the route's win.
        Assert.Equal("42", told["id"]);
        Assert.Equal("red", told["colour"]);
        Assert.True(Guid.TryParse(told["invocation"], out _));
    }

    [Fact]
    public async Task A_caller_that_hangs_up_cancels_the_run()
    {
        using var hangUp = new CancellationTokenSource();
        var call = _http.GetAsync("/api/wait", hangUp.Token);
        await ShopFunctions.Waiting.Task.WaitAsync(TimeSpan.FromSeconds(120));
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await ShopFunctions.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(120));
    }

    private async Task<HttpResponseMessage> SwallowAsync(int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/swallow") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.ExpectContinue = true;
        return await _http.SendAsync(request);
    }

    private static async Task AssertBareAsync(int status, HttpResponseMessage response)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    public sealed class Server : IAsyncLifetime
    {
        internal FunctionsHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await FunctionsHost.StartAsync(
            [typeof(ShopFunctions), typeof(AnswerFunctions)], builder => builder.Services.AddScoped<Basket>());

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
