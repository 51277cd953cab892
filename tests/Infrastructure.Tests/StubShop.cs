using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Infrastructure.Tests;

/// <summary>Answers what the smoke test asks with given statuses: readiness, a request without a key, the API document.</summary>
internal sealed class StubShop : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubShop(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<StubShop> StartAsync(int[] statuses)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet("/api/health/ready", () => Results.StatusCode(statuses[0]));
        app.MapGet("/api/products", () => Results.StatusCode(statuses[1]));
        app.MapGet("/api/openapi.yaml", () => Results.StatusCode(statuses[2]));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
