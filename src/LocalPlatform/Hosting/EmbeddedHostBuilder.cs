using LocalPlatform.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>Puts the platform around a function app: settings, functions, HTTP, triggers, and the emulated services.</summary>
internal sealed class EmbeddedHostBuilder
{
    // The original's limit on a request (100 MB).
    private const long RequestBytesMax = 100 * 1024 * 1024;
    private const int RequestLineBytesMax = 32 * 1024;

    private readonly FunctionSource _source;
    private readonly HostAddress _address;
    private readonly HostJson _hostJson;
    private readonly PlatformFile _platformFile;

    public EmbeddedHostBuilder(string[] args, FunctionSource source)
    {
        _source = source;
        Web = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Watching the settings files costs start time and file handles; a local app is restarted.
            Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = source.ContentRoot,
            EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT"),
        });
        _hostJson = HostJson.Load(FileOfApp("host.json"));
        _platformFile = PlatformFile.Load(FileOfApp(PlatformFile.Name));
        var localSettings = LocalSettings.Load(FileOfApp(LocalSettings.Name));
        _address = HostAddress.Choose(Web.Configuration, localSettings.Port);
        AddSettings(localSettings);
        ConfigureWeb();
    }

    public WebApplicationBuilder Web { get; }

    public List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> Middleware { get; } = [];

    /// <exception cref="FunctionsStartupException">The app cannot start as it is.</exception>
    /// <exception cref="DataDirectoryInUseException">Another process uses the data folder.</exception>
    public WebApplication Build()
    {
        _address.CheckFree();
        var functions = new FunctionDiscovery(new SettingNames(Web.Configuration)).Find(_source);
        var plan = new HostPlan(functions, _hostJson, _platformFile, _address);
        PlatformServices.Add(Web.Services, plan, Middleware, Web.Configuration);
        var app = Web.Build();
        app.Services.GetRequiredService<DataDirectory>();
        HttpFunctions.Map(app, plan);
        AdminRoutes.Map(app);
        LocalRoutes.Map(app, plan);
        return app;
    }

    private string FileOfApp(string name) => Path.Combine(_source.ContentRoot, name);

    /// <summary>Lowest first: the platform's defaults, settings files, <c>local.settings.json</c>, the environment, the command line.</summary>
    private void AddSettings(LocalSettings localSettings)
    {
        var sources = ((IConfigurationBuilder)Web.Configuration).Sources;
        var environment = sources.ToList().FindLastIndex(s => s is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(environment < 0 ? sources.Count : environment, Memory(localSettings.Values));
        sources.Add(Memory(ConnectionSettings.Defaults(Web.Configuration)));
        sources.Insert(0, Memory(HostDefaults.Settings(_hostJson, _platformFile, _address)));
    }

    private static MemoryConfigurationSource Memory(IEnumerable<KeyValuePair<string, string?>> values) => new() { InitialData = values };

    private void ConfigureWeb()
    {
        Web.WebHost.UseUrls([.. _address.Urls]);
        Web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBytesMax;
            // Long enough that the app, not the server, says what is wrong with an overlong address.
            kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        });
        Web.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        });
    }
}
