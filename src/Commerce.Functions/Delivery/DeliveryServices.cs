using Commerce.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Delivery;

internal static partial class DeliveryServices
{
    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        return services
            .AddCheckedOptions<DataPlatformOptions>(configuration, DataPlatformOptions.Section)
            .AddSingleton<DataPlatformClient>()
            .AddSingleton<BreakerReport>()
            .AddSingleton<PlatformGate>()
            .AddSingleton<DeliveryStore>()
            .AddSingleton<DeliverySwitch>()
            .AddSingleton<EventDispatcher>()
            .AddSingleton<BacklogDrain>()
            .AddSingleton<RedeliveryStarter>()
            .AddSingleton<DeliveryWatch>()
            .AddSingleton<ReconciliationStore>()
            .AddSingleton<EventReconciler>()
            .AddHostedService<StartNotice>();
    }

    /// <summary>Says at start why events will wait, if they will.</summary>
    private sealed class StartNotice(IOptions<DataPlatformOptions> options, ILogger<StartNotice> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            if (options.Value.Warning() is { } warning)
                LogWarning(logger, warning);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}
