using System.Collections.Concurrent;
using LocalPlatform.Storage;
using LocalPlatform.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Commands;

/// <summary>The webhook receivers as a process of their own: any name is a receiver, and all share the given keys.</summary>
internal static class WebhooksCommand
{
    public const string Usage = "webhooks [--port 7072] [--key whsec_...]... [--data .local/webhooks]";

    public static async Task<int> RunAsync(CommandArguments arguments)
    {
        var port = arguments.Port(7072);
        var verifier = new StandardWebhookVerifier(arguments.All("key"), TimeProvider.System);
        using var data = DataDirectory.Acquire(arguments.Last("data") ?? Path.Combine(".local", "webhooks"));
        await using var store = WebhookStore.Open(data.File("webhooks.db"));
        var receivers = new ConcurrentDictionary<string, WebhookReceiver>(StringComparer.OrdinalIgnoreCase);

        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        await using var app = builder.Build();
        new WebhookRoutes(name => receivers.GetOrAdd(name, n => new WebhookReceiver(n, verifier, store, TimeProvider.System))).Map(app);
        await app.StartAsync();
        Console.WriteLine($"Webhook receivers on http://127.0.0.1:{port}/local/webhooks/{{name}}, data in {data.Path}");
        await app.WaitForShutdownAsync();
        return 0;
    }
}
