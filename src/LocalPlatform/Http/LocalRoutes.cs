using LocalPlatform.Durable;
using LocalPlatform.Durable.Management;
using LocalPlatform.Hosting;
using LocalPlatform.Identity;
using LocalPlatform.Messaging;
using LocalPlatform.ServiceBus;
using LocalPlatform.Settings;
using LocalPlatform.Webhooks;
using LocalPlatform.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Http;

/// <summary>
/// The platform's own routes: the workers, the issuer, the mock webhook receivers and the Service Bus operator's under <c>/local</c>, and
/// Durable's management where the original has it.
/// </summary>
internal static class LocalRoutes
{
    /// <exception cref="PlatformStartException">A webhook's signing key is missing or malformed.</exception>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var webhooks = services.GetRequiredService<HostFiles>().Platform.Webhooks;
        ServiceBusRoutes.Map(routes, services.GetRequiredService<ServiceBusBroker>());
        IdentityServices.Map(routes);
        routes.MapMethods("/local/workers", [HttpMethods.Get], http => ListWorkersAsync(http, services));
        DurableManagementEndpoints.Map(routes, services.GetRequiredService<DurableEngine>());
        if (webhooks.Count == 0)
            return;
        var receivers = webhooks.ToDictionary(w => w.Name, w => Receiver(w, services), StringComparer.OrdinalIgnoreCase);
        new WebhookRoutes(receivers.GetValueOrDefault).Map(routes);
    }

    /// <summary>The workers in processes of their own, and which of them can run something.</summary>
    private static Task ListWorkersAsync(HttpContext http, IServiceProvider services)
    {
        var ready = services.GetRequiredService<Workers>().Ready.Select(worker => worker.Id).ToHashSet();
        return http.Response.WriteAsJsonAsync(services.GetRequiredService<WorkerProcesses>().Running
            .OrderBy(worker => worker.Key, StringComparer.Ordinal)
            .Select(worker => new { id = worker.Key, processId = worker.Value, isReady = ready.Contains(worker.Key) }));
    }

    private static WebhookReceiver Receiver(WebhookEntry entry, IServiceProvider services)
    {
        var time = services.GetRequiredService<TimeProvider>();
        try
        {
            var keys = entry.SigningKeySetting is { } setting ? Keys(services.GetRequiredService<IConfiguration>(), setting) : [];
            return new WebhookReceiver(
                entry.Name, new StandardWebhookVerifier(keys, time), services.GetRequiredService<WebhookStore>(), time);
        }
        catch (FormatException malformed)
        {
            throw new PlatformStartException($"Setting '{entry.SigningKeySetting}' of webhook '{entry.Name}': {malformed.Message}");
        }
    }

    /// <summary>The setting itself, or the list below it.</summary>
    private static List<string> Keys(IConfiguration configuration, string setting)
    {
        var section = configuration.GetSection(setting);
        var keys = section.Value is { } one ? [one] : section.GetChildren().Select(child => child.Value).OfType<string>().ToList();
        return keys.Count > 0 ? keys : throw new FormatException("it is missing.");
    }
}
