using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Commerce.Functions.Telemetry;

/// <summary>
/// OpenTelemetry, to wherever the settings point: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> for a collector,
/// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> for Azure Monitor. With neither, nothing is measured and nothing is paid for it.
/// </summary>
internal static class TelemetryServices
{
    private const string OtlpEndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string AzureMonitorSetting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var otlp = !string.IsNullOrEmpty(builder.Configuration[OtlpEndpointSetting]);
        var azureMonitor = builder.Configuration[AzureMonitorSetting];
        if (otlp || !string.IsNullOrEmpty(azureMonitor))
            Export(builder, otlp, azureMonitor);
    }

    // A method of its own: whoever exports nothing does not load OpenTelemetry either.
    private static void Export(IHostApplicationBuilder builder, bool otlp, string? azureMonitor)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(CommerceTelemetry.Name))
            .WithTracing(tracing => tracing
                .AddSource(CommerceTelemetry.Name, "Microsoft.Azure.Functions.Worker", "Microsoft.DurableTask", "Azure.Cosmos.Operation")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter(CommerceTelemetry.Name)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation());
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeScopes = true);
        // The SDK's own spans cost allocations on every call, so they are on only when somebody reads them.
        builder.Services.Configure<CosmosClientOptions>(options => options.CosmosClientTelemetryOptions.DisableDistributedTracing = false);

        if (otlp)
            telemetry.UseOtlpExporter();
        if (!string.IsNullOrEmpty(azureMonitor))
            ExportToAzureMonitor(telemetry, azureMonitor, builder.Configuration["AZURE_CLIENT_ID"]);
    }

    private static void ExportToAzureMonitor(IOpenTelemetryBuilder telemetry, string connectionString, string? clientId) =>
        telemetry.UseAzureMonitorExporter(options =>
        {
            options.ConnectionString = connectionString;
            // Without an identity (a developer's machine) the connection string alone has to do.
            if (!string.IsNullOrEmpty(clientId))
                options.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        });
}
