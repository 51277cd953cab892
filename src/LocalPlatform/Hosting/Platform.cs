using LocalPlatform.Settings;
using LocalPlatform.Worker;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Hosting;

/// <summary>Puts the host around the app whose builder it is given: settings, the door for the worker, and the host's services.</summary>
internal static class Platform
{
    // The original's name for the folder of host.json and the other settings files; without it they lie beside the binaries.
    private const string AppFolder = "AzureWebJobsScriptRoot";

    /// <exception cref="PlatformStartException">The app cannot start as it is.</exception>
    public static void Join(IFunctionsWorkerApplicationBuilder worker, IConfigurationManager configuration)
    {
        var arguments = HostArguments.Read(Environment.GetCommandLineArgs());
        if (arguments.WantsHelp)
        {
            Console.WriteLine(HostArguments.Help);
            Environment.Exit(0);
        }
        var files = HostFiles.Load(configuration[AppFolder] ?? AppContext.BaseDirectory);
        var address = HostAddress.Choose(configuration, arguments, files.LocalSettings.Port);
        address.CheckFree();
        var server = new WorkerServer();
        AddSettings(configuration, files, address, server);
        worker.UseMiddleware<HttpRunMiddleware>();
        PlatformServices.Add(worker.Services, configuration, files, address, server);
    }

    /// <summary>
    /// Lowest first: the platform's defaults, settings files, <c>local.settings.json</c>, the environment, the command line.
    /// </summary>
    private static void AddSettings(IConfigurationManager configuration, HostFiles files, HostAddress address, WorkerServer server)
    {
        var sources = configuration.Sources;
        var environment = sources.ToList().FindLastIndex(s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(environment < 0 ? sources.Count : environment, Memory(files.LocalSettings.Values));
        sources.Add(Memory(ConnectionSettings.Defaults(configuration)));
        sources.Add(Memory(WorkerSettings.For(Workers.LocalId, server.Address, files.Folder)));
        sources.Insert(0, Memory(HostDefaults.Settings(files.HostJson, files.Platform, address)));
    }

    private static MemoryConfigurationSource Memory(IEnumerable<KeyValuePair<string, string?>> values) => new() { InitialData = values };
}
