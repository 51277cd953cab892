using LocalPlatform.Cosmos;
using LocalPlatform.Durable;
using LocalPlatform.ServiceBus;
using LocalPlatform.Storage;
using LocalPlatform.Webhooks;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>
/// The platform's parts as services of the app. The container disposes them in the reverse order of their making, so that the
/// data folder, which everything else asks for first, is let go last.
/// </summary>
internal static class PlatformServices
{
    public static void Add(
        IServiceCollection services,
        HostPlan plan,
        IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(plan);
        services.AddSingleton(_ => DataDirectory.Acquire(configuration["LocalPlatform:DataPath"]!));
        AddRunning(services, plan, middleware);
        AddCosmos(services, configuration);
        AddServiceBus(services, configuration);
        AddDurable(services, plan);
        if (configuration[ConnectionSettings.Cosmos] == LocalCosmos.ConnectionString)
            AddCosmos(services);
        AddHosting(services);
    }

    private static void AddRunning(
        IServiceCollection services, HostPlan plan, IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        services.AddSingleton(provider => new RunLimit(plan.HostJson.FunctionTimeout, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<FunctionRunner>(provider, middleware));
        services.AddSingleton<OutputSender>();
        services.AddSingleton<HttpFunctions>();
        services.AddRouting();
        if (plan.With<HttpBinding>().Any(f => HttpResults.MayBeActionResult(FunctionInvoker.ResultType(f.Function.Method))))
            services.AddMvcCore();
    }

    /// <summary>Cosmos DB inside the process, unless the settings name another. The app makes its client from the options.</summary>
    private static void AddCosmos(IServiceCollection services, IConfiguration configuration)
    {
        if (!string.IsNullOrEmpty(configuration["Cosmos"]) || !string.IsNullOrEmpty(configuration["Cosmos:accountEndpoint"]))
            return;
        configuration["Cosmos"] = LocalCosmos.ConnectionString;
        services.AddSingleton(provider => CosmosStore.Open(File(provider, "cosmos.db"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new CosmosGatewayHandler(provider.GetRequiredService<CosmosStore>()));
        services.AddOptions<CosmosClientOptions>().Configure<CosmosGatewayHandler>(static (options, handler) => options.UseLocalCosmos(handler));
    }

    private static void AddServiceBus(IServiceCollection services, IConfiguration configuration) => services.AddSingleton(provider =>
    {
        var options = configuration.GetSection("LocalPlatform:ServiceBus").Get<ServiceBusOptions>() ?? new ServiceBusOptions();
        return ServiceBusBroker.Open(File(provider, "servicebus.db"), options, provider.GetRequiredService<TimeProvider>());
    });

    private static void AddDurable(IServiceCollection services, HostPlan plan)
    {
        services.AddSingleton<IDurableFunctions, DurableFunctions>();
        services.AddSingleton(provider =>
        {
            var options = plan.HostJson.Durable with { };
            provider.GetRequiredService<IConfiguration>().GetSection("LocalPlatform:Durable").Bind(options);
            return new DurableEngine(
                File(provider, "durable.db"),
                provider.GetRequiredService<IDurableFunctions>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILoggerFactory>());
        });
        services.AddSingleton<DurableTaskClient>(provider => provider.GetRequiredService<DurableEngine>().Client);
    }

    private static void AddCosmos(IServiceCollection services)
    {
        services.AddSingleton(provider => CosmosStore.Open(File(provider, "cosmos.db"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CosmosGatewayHandler>();
        services.AddOptions<CosmosClientOptions>().Configure<CosmosGatewayHandler>((options, handler) => options.UseLocalCosmos(handler));
    }

    private static void AddHosting(IServiceCollection services)
    {
        services.AddSingleton(provider => WebhookStore.Open(File(provider, "webhooks.db")));
        services.AddSingleton(provider => new HostStore(File(provider, "host.db")));
        services.AddSingleton<Triggers>();
        services.AddSingleton<AdminRoutes>();
        services.AddSingleton<Seeding>();
        services.AddSingleton<IHostedService, PlatformLifetime>();
        services.TryAddSingleton(new HostConsole(Console.Out));
    }

    private static string File(IServiceProvider provider, string name) => provider.GetRequiredService<DataDirectory>().File(name);
}
