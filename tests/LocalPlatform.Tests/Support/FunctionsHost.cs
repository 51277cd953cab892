using System.Text;
using LocalPlatform.Hosting;
using LocalPlatform.Settings;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Tests.Support;

/// <summary>
/// A function app of given classes on a free port, with folders of its own. The host joins it by itself, as it does any app.
/// </summary>
internal sealed class FunctionsHost : IAsyncDisposable
{
    private readonly StringBuilder _console = new();
    private readonly TestFolder? _ownFolder;
    private IHost? _app;

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

    /// <summary>
    /// Starts the app. With <paramref name="folder"/>, its settings files are read from there and its data is kept there.
    /// </summary>
    public static Task<FunctionsHost> StartAsync(
        Type[] types, Action<FunctionsApplicationBuilder>? configure, TestFolder? folder = null, params string[] args) =>
        StartAsync(
            path =>
            {
                var builder = TestApp.CreateBuilder(types, path, [.. TestApp.AnyPort, .. args]);
                configure?.Invoke(builder);
                return builder;
            },
            folder);

    /// <summary>Starts an app that a folder's path makes.</summary>
    public static async Task<FunctionsHost> StartAsync(Func<string, FunctionsApplicationBuilder> create, TestFolder? folder = null)
    {
        var host = new FunctionsHost(folder is null ? new TestFolder() : null);
        try
        {
            var builder = create((folder ?? host._ownFolder!).Path);
            builder.Services.AddSingleton(new HostConsole(TextWriter.Synchronized(new StringWriter(host._console))));
            builder.Services.AddSingleton(_ => new HostLog(Silence));
            host._app = builder.Build();
            await host._app.StartAsync();
            host.Http = new HttpClient { BaseAddress = new Uri(host.Services.GetRequiredService<HostAddress>().BaseUrl) };
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the app as a signal does, and waits for it.</summary>
    public Task StopAsync()
    {
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        return _app!.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await ((IAsyncDisposable)_app).DisposeAsync();
        }
        _ownFolder?.Dispose();
    }

    private static IConfiguration Silence { get; } =
        new ConfigurationBuilder().AddInMemoryCollection([new("Logging:LogLevel:Default", "None")]).Build();
}
