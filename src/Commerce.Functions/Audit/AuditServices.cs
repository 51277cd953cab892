using Commerce.Functions.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Functions.Audit;

internal static class AuditServices
{
    public static IServiceCollection AddAudit(this IServiceCollection services, IConfiguration configuration)
    {
        return services
            .AddCheckedOptions<AuditOptions>(configuration, AuditOptions.Section)
            .AddSingleton<AuditReader>()
            .AddSingleton<AuditStore>()
            .AddSingleton<TransferReader>()
            .AddSingleton<LedgerAudit>()
            .AddSingleton<HoldAudit>()
            .AddSingleton<OrderBooks>()
            .AddSingleton<OrderSteps>()
            .AddSingleton<Auditor>();
    }
}
