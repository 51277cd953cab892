using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LocalPlatform.Hosting;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;

namespace LocalPlatform.Tests.Webhooks;

/// <summary>Receivers of a host that is started for them alone.</summary>
public sealed class WebhookHostTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_recorded_survives_a_restart()
    {
        _folder.With("localplatform.json", """{ "webhooks": [ { "name": "sink" } ] }""");
        await using (var host = await StartAsync())
            Assert.Equal((1, 0), await DeliverAsync(host));
        await using var again = await StartAsync();
        Assert.Equal((1, 1), await DeliverAsync(again));
    }

    [Fact]
    public async Task A_missing_key_is_named_at_the_start()
    {
        _folder.With("localplatform.json", """{ "webhooks": [ { "name": "sink", "signingKeySetting": "Sink:Key" } ] }""");
        var problem = await Assert.ThrowsAsync<PlatformStartException>(StartAsync);
        Assert.Equal("Setting 'Sink:Key' of webhook 'sink': it is missing.", problem.Message);
    }

    private Task<FunctionsHost> StartAsync() => FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);

    /// <summary>Sends one and the same delivery; how many were accepted, and how many of them were repeats.</summary>
    private static async Task<(int Accepted, int Duplicates)> DeliverAsync(FunctionsHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/local/webhooks/sink")
        { Content = JsonContent.Create(new { type = "order.paid" }) };
        request.Headers.Add("webhook-id", "e1");
        Assert.Equal(HttpStatusCode.NoContent, (await host.Http.SendAsync(request)).StatusCode);
        var seen = await host.Http.GetFromJsonAsync<JsonElement>("/local/webhooks/sink");
        return (seen.GetProperty("accepted").GetInt32(), seen.GetProperty("duplicates").GetInt32());
    }
}
