using System.Diagnostics;
using System.Diagnostics.Metrics;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Commerce.Functions.Telemetry;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Commerce.Functions.Tests.Telemetry;

/// <summary>What is measured, and who is told of it, by the settings. Nobody listens at the addresses that are given here.</summary>
public sealed class TelemetryServicesTests
{
    private static readonly (string, string) Otlp = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9");

    private static readonly (string, string) Azure = (
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=http://127.0.0.1:9");

    public static TheoryData<string> Exporters => ["OTEL_EXPORTER_OTLP_ENDPOINT", "APPLICATIONINSIGHTS_CONNECTION_STRING"];

    [Fact]
    public void With_nobody_to_tell_nothing_is_measured()
    {
        using var host = Build(("OTEL_EXPORTER_OTLP_ENDPOINT", ""), ("APPLICATIONINSIGHTS_CONNECTION_STRING", ""));
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.True(Get<CosmosClientOptions>(host).CosmosClientTelemetryOptions.DisableDistributedTracing);
        Assert.DoesNotContain("WorkerOpenTelemetryEnabled", Get<WorkerOptions>(host).Capabilities.Keys);
        using var span = CommerceTelemetry.Activities.StartActivity("nobody-listens");
        Assert.Null(span);
    }

    [Theory]
    [MemberData(nameof(Exporters))]
    public void Whoever_is_to_be_told_is_told_of_spans_of_the_shop_of_durable_tasks_and_of_the_store(string setting)
    {
        using var host = Build(setting == Otlp.Item1 ? Otlp : Azure);
        Assert.NotNull(host.Services.GetService<TracerProvider>());
        Assert.NotNull(host.Services.GetService<MeterProvider>());
        Assert.False(Get<CosmosClientOptions>(host).CosmosClientTelemetryOptions.DisableDistributedTracing);
        foreach (var name in new[] { CommerceTelemetry.Name, "Microsoft.DurableTask", "Azure.Cosmos.Operation" })
        {
            using var source = new ActivitySource(name);
            using var span = source.StartActivity("looked-at");
            Assert.True(span is { IsAllDataRequested: true }, $"{name} is not listened to");
        }
        using var other = new ActivitySource("Somebody.Else");
        Assert.Null(other.StartActivity("not-looked-at"));
    }

    /// <summary>The host would send each line once more.</summary>
    [Theory]
    [MemberData(nameof(Exporters))]
    public void The_host_is_told_that_this_process_exports_its_own_logs(string setting)
    {
        using var host = Build(setting == Otlp.Item1 ? Otlp : Azure);
        Assert.Contains("WorkerOpenTelemetryEnabled", Get<WorkerOptions>(host).Capabilities.Keys);
    }

    [Fact]
    public void Of_the_runtime_only_how_long_requests_took_is_paid_for()
    {
        var told = new ToldMetrics();
        using var host = Build(
            builder => builder.Services.ConfigureOpenTelemetryMeterProvider(
                (_, metrics) => metrics.AddMeter("Unasked").AddReader(new BaseExportingMetricReader(told))),
            Otlp);
        var metrics = host.Services.GetRequiredService<MeterProvider>();
        using var requests = new Meter("Microsoft.AspNetCore.Hosting");
        using var unasked = new Meter("Unasked");
        // Its own meter is for the life of the process; so is what is made of it.
        CommerceTelemetry.Meter.CreateCounter<long>("commerce.test.counted").Add(1);
        requests.CreateHistogram<double>("http.server.request.duration").Record(1);
        requests.CreateCounter<long>("http.server.active_requests").Add(1);
        unasked.CreateCounter<long>("unasked.counted").Add(1);

        metrics.ForceFlush(5_000);

        Assert.Contains("commerce.test.counted", told.Names);
        Assert.Contains("http.server.request.duration", told.Names);
        Assert.DoesNotContain("http.server.active_requests", told.Names);
        Assert.DoesNotContain("unasked.counted", told.Names);
    }

    [Fact]
    public void Azure_gets_every_trace_and_every_line()
    {
        using var host = Build(Azure);
        var options = Get<AzureMonitorExporterOptions>(host);
        Assert.Equal(Azure.Item2, options.ConnectionString);
        Assert.False(options.EnableTraceBasedLogsSampler);
        Assert.Equal((null, 1F), (options.TracesPerSecond, options.SamplingRatio));
        Assert.Null(options.Credential);
    }

    [Fact]
    public void A_sampler_that_is_set_is_left_as_it_is()
    {
        using var host = Build(Azure, ("OTEL_TRACES_SAMPLER", "microsoft.rate_limited"), ("OTEL_TRACES_SAMPLER_ARG", "7"));
        Assert.Equal(new AzureMonitorExporterOptions().TracesPerSecond, Get<AzureMonitorExporterOptions>(host).TracesPerSecond);
        Assert.False(Get<AzureMonitorExporterOptions>(host).EnableTraceBasedLogsSampler);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("3f1c9f2e-0000-0000-0000-000000000001", true)]
    public void An_app_with_an_identity_shows_it(string clientId, bool shows)
    {
        using var host = Build(Azure, ("AZURE_CLIENT_ID", clientId));
        Assert.Equal(shows, Get<AzureMonitorExporterOptions>(host).Credential is DefaultAzureCredential);
    }

    private static T Get<T>(IHost host)
        where T : class => host.Services.GetRequiredService<IOptions<T>>().Value;

    private static IHost Build(params (string Name, string Value)[] settings) => Build(null, settings);

    private static IHost Build(Action<HostApplicationBuilder>? more, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
            settings.Select(static setting => KeyValuePair.Create<string, string?>(setting.Name, setting.Value)));
        builder.AddTelemetry();
        more?.Invoke(builder);
        return builder.Build();
    }

    private sealed class ToldMetrics : BaseExporter<Metric>
    {
        public HashSet<string> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                Names.Add(metric.Name);
            return ExportResult.Success;
        }
    }
}
