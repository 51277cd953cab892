using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Audit;

internal static class AuditServices
{
    public static IServiceCollection AddAudit(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AuditOptions>().Bind(configuration.GetSection(AuditOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<AuditOptions>, AuditOptionsValidator>()
            .AddSingleton<AuditReader>()
            .AddSingleton<AuditStore>()
            .AddSingleton<LedgerAudit>()
            .AddSingleton<HoldAudit>()
            .AddSingleton<OrderBooks>()
            .AddSingleton<Auditor>();
    }

    private sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
    {
        public ValidateOptionsResult Validate(string? name, AuditOptions options) =>
            options.Problem() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
