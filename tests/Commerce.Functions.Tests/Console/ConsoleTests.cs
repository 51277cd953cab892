using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Commerce.Functions.Auth;
using Commerce.Functions.Console;
using Commerce.Functions.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Tests.Console;

public sealed partial class ConsoleTests : IAsyncDisposable
{
    private readonly ServiceProvider _app = App();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public static TheoryData<string> Paths => [.. ConsoleFiles.Paths.Order(StringComparer.Ordinal)];

    /// <summary>A browser that may talk to nobody else has nobody to give a token to.</summary>
    [Fact]
    public async Task The_page_may_load_from_this_app_and_talk_to_it_and_to_the_issuer_alone()
    {
        var (status, headers, body) = await PageAsync();
        Assert.Equal((200, "text/html; charset=utf-8"), (status, headers.ContentType.ToString()));
        Assert.StartsWith("<!doctype html>", body, StringComparison.Ordinal);
        Assert.Equal("no-referrer", headers["Referrer-Policy"].ToString());

        var policy = headers.ContentSecurityPolicy.ToString().Split("; ").Select(static part => part.Split(' ', 2))
            .ToDictionary(static part => part[0], static part => part[1]);
        Assert.Equal("'self' https://issuer.example:8443", policy["connect-src"]);
        Assert.All(["default-src", "base-uri", "form-action", "frame-ancestors"], name => Assert.Equal("'none'", policy[name]));
        Assert.All(["script-src", "style-src"], name => Assert.Equal("'self'", policy[name]));
    }

    [Fact]
    public async Task What_the_page_loads_is_there()
    {
        var links = Link().Matches((await PageAsync()).Body).Select(static link => link.Groups[1].Value).ToList();
        Assert.Contains("app/main.js", links);
        Assert.All(links, link => Assert.Contains(link, ConsoleFiles.Paths));
    }

    /// <summary>With <c>nosniff</c> a browser runs no script that is not called one.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_file_is_called_what_it_is(string path)
    {
        var expected = Path.GetExtension(path) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".txt" => "text/plain; charset=utf-8",
            var unknown => throw new Xunit.Sdk.XunitException($"The console has a file that ends in '{unknown}': how is it to be sent?"),
        };
        var (status, headers, body) = await SendAsync(ConsoleFiles.Find(path)!.Answer);
        Assert.Equal((200, expected, "nosniff"), (status, headers.ContentType.ToString(), headers.XContentTypeOptions.ToString()));
        Assert.NotEmpty(body);
    }

    [Fact]
    public async Task A_file_is_found_by_its_folder_and_name_and_comes_packed_as_the_browser_takes_it()
    {
        var plain = await FileAsync("app", "main.js");
        var (status, headers, bytes) = await BytesAsync(
            request => ConsoleFunctions.ShowFile(request, "app", "main.js"), ("Accept-Encoding", "br, gzip"));
        Assert.Equal((200, "br"), (status, headers.ContentEncoding.ToString()));
        using var unpacked = new StreamReader(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress));
        Assert.Equal(plain.Body, await unpacked.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.True(bytes.Length < plain.Body.Length);
    }

    [Fact]
    public async Task A_browser_that_has_a_file_is_not_sent_it_again()
    {
        var first = await FileAsync("style", "console.css");
        var (status, _, body) = await FileAsync("style", "console.css", ("If-None-Match", first.Headers.ETag.ToString()));
        Assert.Equal((304, ""), (status, body));
    }

    [Theory]
    [InlineData("app", "none.js")]
    [InlineData("none", "main.js")]
    [InlineData("app", "MAIN.JS")]
    [InlineData("..", "index.html")]
    [InlineData("app", "../index.html")]
    [InlineData("", "index.html")]
    public async Task What_the_console_has_not_is_not_found(string folder, string file)
    {
        var (status, headers, body) = await FileAsync(folder, file);
        Assert.Equal((404, "application/problem+json"), (status, headers.ContentType.ToString().Split(';')[0]));
        Assert.Contains("The console has no such file.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_learns_where_and_as_what_to_sign_in()
    {
        await using var app = App(("Auth:UserClaim", "oid"), ("Console:ClientId", "page"), ("Console:Scope", "openid shop"),
            ("Console:OperatorScope", "openid shop.operate"));
        Assert.Equal(
            [
                "issuer=https://issuer.example:8443/tenant", "audience=commerce", "userClaim=oid", "clientId=page", "scope=openid shop",
                "operatorScope=openid shop.operate",
            ],
            (await ConfigAsync(app)).Body!.AsObject().Select(static setting => $"{setting.Key}={setting.Value}"));
    }

    /// <summary>An operator who signs in is let in wherever the console leads, and does not become any buyer by that.</summary>
    [Fact]
    public async Task Without_settings_an_operator_asks_for_every_scope_but_that_of_acting_for_others()
    {
        var body = (await ConfigAsync(_app)).Body!;
        Assert.Equal(("commerce-console", "openid"), ((string?)body["clientId"], (string?)body["scope"]));
        Assert.Equal(
            typeof(Scopes).GetFields().Select(static field => (string)field.GetRawConstantValue()!)
                .Except([Scopes.UsersAct]).Append("openid").Order(),
            ((string)body["operatorScope"]!).Split(' ').Order());
    }

    [GeneratedRegex("(?:href|src)=\"/api/console/([^\"]+)\"")]
    private static partial Regex Link();

    private static ServiceProvider App(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Auth:Issuer"] = "https://issuer.example:8443/tenant",
            ["Auth:Audience"] = "commerce",
        }).AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)))
            .Build();
        return new ServiceCollection()
            .AddLogging()
            .Configure<AuthOptions>(configuration.GetSection(AuthOptions.Section))
            .AddConsole(configuration)
            .BuildServiceProvider();
    }

    private static Task<Reply> ConfigAsync(IServiceProvider app) =>
        app.CallAsync<ConsoleFunctions>((functions, request) => Task.FromResult(functions.GetConfig(request)));

    private Task<(int Status, IHeaderDictionary Headers, string Body)> PageAsync() =>
        SendAsync(request => ActivatorUtilities.CreateInstance<ConsoleFunctions>(_app).GetPage(request));

    private Task<(int Status, IHeaderDictionary Headers, string Body)> FileAsync(
        string folder, string file, params (string Name, string Value)[] headers) =>
        SendAsync(request => ConsoleFunctions.ShowFile(request, folder, file), headers);

    private async Task<(int Status, IHeaderDictionary Headers, string Body)> SendAsync(
        Func<HttpRequest, IResult> function, params (string Name, string Value)[] headers)
    {
        var (status, answered, body) = await BytesAsync(function, headers);
        return (status, answered, Encoding.UTF8.GetString(body));
    }

    private async Task<(int Status, IHeaderDictionary Headers, byte[] Body)> BytesAsync(
        Func<HttpRequest, IResult> function, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext { RequestServices = _app };
        context.Request.Method = "GET";
        foreach (var (name, value) in headers)
            context.Request.Headers.Append(name, value);
        using var body = new MemoryStream();
        context.Response.Body = body;
        await function(context.Request).ExecuteAsync(context);
        return (context.Response.StatusCode, context.Response.Headers, body.ToArray());
    }
}
