using System.Diagnostics.Metrics;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
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
    private const string SamplerSetting = "OTEL_TRACES_SAMPLER";
    private const string ClientIdSetting = "AZURE_CLIENT_ID";
    private const string RequestMeter = "Microsoft.AspNetCore.Hosting";

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
            // Tells the host that this process exports its own logs; the host would send each of them once more. Requests are the host's to
            // tell of.
            .UseFunctionsWorkerDefaults()
            .ConfigureResource(resource => resource.AddService(CommerceTelemetry.Name))
            .WithTracing(tracing => tracing
                .AddSource(CommerceTelemetry.Name, "Microsoft.DurableTask", "Azure.Cosmos.Operation")
                .AddHttpClientInstrumentation())
            .WithMetrics(metrics => metrics
                .AddMeter(CommerceTelemetry.Name, RequestMeter)
                .AddView(instrument => IsWanted(instrument) ? null : MetricStreamConfiguration.Drop));
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeScopes = true);
        // The SDK's own spans cost allocations on every call, so they are on only when somebody reads them.
        builder.Services.Configure<CosmosClientOptions>(options => options.CosmosClientTelemetryOptions.DisableDistributedTracing = false);

        if (otlp)
            telemetry.UseOtlpExporter();
        if (!string.IsNullOrEmpty(azureMonitor))
            ExportToAzureMonitor(telemetry, azureMonitor, builder.Configuration);
    }

    /// <summary>
    /// Of the runtime only how long requests took: each line of each instance is paid for, each minute. Exporters add meters unasked.
    /// </summary>
    private static bool IsWanted(Instrument instrument) =>
        instrument.Meter.Name == CommerceTelemetry.Name || instrument.Name == "http.server.request.duration";

    private static void ExportToAzureMonitor(IOpenTelemetryBuilder telemetry, string connectionString, IConfiguration settings) =>
        telemetry.UseAzureMonitorExporter(options =>
        {
            options.ConnectionString = connectionString;
            // Left to itself the exporter keeps five traces a second, and no line that was logged within another.
            options.EnableTraceBasedLogsSampler = false;
            if (string.IsNullOrEmpty(settings[SamplerSetting]))
                (options.TracesPerSecond, options.SamplingRatio) = (null, 1);
            // Without an identity (a developer's machine) the connection string alone has to do.
            if (settings[ClientIdSetting] is { Length: > 0 } clientId)
                options.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        });
}
