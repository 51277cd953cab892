using LocalPlatform.Cosmos;
using LocalPlatform.Durable;
using LocalPlatform.Http;
using LocalPlatform.Identity;
using LocalPlatform.Messaging;
using LocalPlatform.Orchestrations;
using LocalPlatform.ServiceBus;
using LocalPlatform.Settings;
using LocalPlatform.Storage;
using LocalPlatform.Webhooks;
using LocalPlatform.Worker;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Hosting;

/// <summary>
/// The platform's parts as services of the app. The container disposes them in the reverse order of their making, so that the
/// data folder, which everything else asks for first, is let go last.
/// </summary>
internal static class PlatformServices
{
    private const int RequestLineBytesMax = 32 * 1024;

    public static void Add(
        IServiceCollection services, IConfiguration configuration, HostFiles files, HostAddress address, WorkerServer server)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(files).AddSingleton(address).AddSingleton(_ => server);
        services.AddSingleton(new HostConsole(Console.Out));
        services.AddSingleton(_ => new HostLog(configuration));
        services.AddSingleton(_ => DataDirectory.Acquire(configuration["LocalPlatform:DataPath"]!));
        AddWorkers(services, configuration, WorkerGroups.Read(configuration));
        AddHttp(services, address);
        if (configuration[ConnectionSettings.Cosmos] == LocalCosmos.ConnectionString)
            AddCosmos(services);
        IdentityServices.Add(services, configuration, files, address);
        AddServiceBus(services, configuration);
        AddDurable(services, configuration);
        services.AddSingleton(provider => new HostStore(File(provider, "host.db")));
        services.AddSingleton<Triggers>();
        services.AddSingleton<StartBanner>();
        services.AddSingleton<Seeding>();
        services.AddSingleton<IHostedService, PlatformLifetime>();
        services.AddSingleton<IHostedService, StarterWatch>();
        services.AddSingleton(provider => new IdleMemory(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<IdleMemory>());
    }

    private static void AddWorkers(IServiceCollection services, IConfiguration configuration, WorkerGroups groups)
    {
        services.AddTransient(_ => new FunctionReader(new SettingNames(configuration)));
        services.AddSingleton(provider => new WorkerLog(provider.GetRequiredService<HostLog>().Factory));
        services.AddSingleton(groups);
        services.AddSingleton(provider => new Workers(groups, id => ActivatorUtilities.CreateInstance<WorkerConnection>(provider, id)));
        services.AddSingleton<WorkerProcesses>();
        if (groups.Counts.Count > 0)
            services.AddHttpForwarder().AddSingleton<WorkerProxy>();
        services.AddSingleton<DurableClientBinding>();
        services.AddSingleton<OutputSender>();
        services.AddSingleton<FunctionInvoker>();
    }

    private static void AddHttp(IServiceCollection services, HostAddress address)
    {
        services.AddCors();
        services.AddSingleton<LocalCallers>();
        services.AddSingleton<IStartupFilter, HttpFront>();
        services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = address.Listen);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Long enough that the app, not the server, says what is wrong with an overlong address.
            kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        });
        services.AddSingleton<HttpFunctions>();
        services.AddSingleton<AdminRoutes>();
        services.AddSingleton(provider => WebhookStore.Open(File(provider, "webhooks.db")));
    }

    /// <summary>Cosmos DB inside the process. The app makes its client from the options.</summary>
    private static void AddCosmos(IServiceCollection services)
    {
        services.AddSingleton(provider => CosmosStore.Open(File(provider, "cosmos.db"), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CosmosGatewayHandler>();
        services.AddOptions<CosmosClientOptions>().Configure<CosmosGatewayHandler>((options, handler) => options.UseLocalCosmos(handler));
    }

    private static void AddServiceBus(IServiceCollection services, IConfiguration configuration) => services.AddSingleton(provider =>
    {
        var options = configuration.GetSection("LocalPlatform:ServiceBus").Get<ServiceBusOptions>() ?? new ServiceBusOptions();
        return ServiceBusBroker.Open(File(provider, "servicebus.db"), options, provider.GetRequiredService<TimeProvider>());
    });

    private static void AddDurable(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DurableFunctions>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<HostFiles>().HostJson.Durable with { };
            configuration.GetSection("LocalPlatform:Durable").Bind(options);
            return new DurableEngine(
                File(provider, "taskhub.db"),
                provider.GetRequiredService<DurableFunctions>(),
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<HostLog>().Factory);
        });
    }

    private static string File(IServiceProvider provider, string name) => provider.GetRequiredService<DataDirectory>().File(name);
}
