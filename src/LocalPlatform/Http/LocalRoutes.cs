using LocalPlatform.Durable;
using LocalPlatform.Durable.Management;
using LocalPlatform.ServiceBus;
using LocalPlatform.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalPlatform.Functions;

/// <summary>
/// The platform's own routes: the mock webhook receivers and the Service Bus operator's under <c>/local</c>, and Durable's management
/// where the original has it.
/// </summary>
internal static class LocalRoutes
{
    /// <exception cref="FunctionsStartupException">A webhook's signing key is missing or malformed.</exception>
    public static void Map(IEndpointRouteBuilder routes, HostPlan plan)
    {
        var services = routes.ServiceProvider;
        ServiceBusRoutes.Map(routes, services.GetRequiredService<ServiceBusBroker>());
        if (plan.With<OrchestrationBinding>().Any())
            DurableManagementEndpoints.Map(routes, services.GetRequiredService<DurableEngine>());
        if (plan.File.Webhooks.Count == 0)
            return;
        var receivers = plan.File.Webhooks.ToDictionary(w => w.Name, w => Receiver(w, services), StringComparer.OrdinalIgnoreCase);
        new WebhookRoutes(receivers.GetValueOrDefault).Map(routes);
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
            throw new FunctionsStartupException($"Setting '{entry.SigningKeySetting}' of webhook '{entry.Name}': {malformed.Message}");
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
