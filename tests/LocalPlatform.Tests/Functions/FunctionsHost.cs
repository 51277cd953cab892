using System.Text;
using LocalPlatform.Functions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Tests.Functions;

/// <summary>A function app of given classes on a free port, with folders of its own.</summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private readonly StringBuilder _console = new();
    private readonly TestFolder? _ownFolder;
    private WebApplication? _app;

    private FunctionsHost(TestFolder? ownFolder) => _ownFolder = ownFolder;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    /// <summary>What the start printed.</summary>
    public string Console
    {
        get
        {
            lock (_console)
                return _console.ToString();
        }
    }

    public static Task<FunctionsHost> StartAsync(params Type[] types) => StartAsync(types, null);

    /// <summary>Starts the app. With <paramref name="folder"/>, its settings files are read from there and its data is kept there.</summary>
    public static async Task<FunctionsHost> StartAsync(
        Type[] types, Action<FunctionsApplicationBuilder>? configure, TestFolder? folder = null, params string[] args)
    {
        var host = new FunctionsHost(folder is null ? new TestFolder() : null);
        host._app = host.Build(types, folder ?? host._ownFolder!, configure, args);
        await host._app.StartAsync();
        host.Http = new HttpClient { BaseAddress = new Uri(host.Services.GetRequiredService<HostPlan>().Address.BaseUrl) };
        return host;
    }

    /// <summary>Builds without starting, for start-up problems.</summary>
    public static WebApplication Build(Type[] types, TestFolder folder, params string[] args) =>
        new FunctionsHost(null).Build(types, folder, null, args);

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _ownFolder?.Dispose();
    }

    private WebApplication Build(Type[] types, TestFolder folder, Action<FunctionsApplicationBuilder>? configure, string[] args)
    {
        var builder = new FunctionsApplicationBuilder(
            ["--urls", "http://127.0.0.1:0", "--LocalPlatform:DataPath", folder.File("data"), .. args],
            new FunctionSource(types, folder.Path));
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new HostConsole(TextWriter.Synchronized(new StringWriter(_console))));
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        return builder.BuildOrThrow();
    }
}
