using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Commerce.Functions.Orders;
using Commerce.SignIn;

namespace Commerce.Bench;

/// <summary>
/// The function app as it starts by itself, in this process: its own entry point, on a free port and in a folder of its own.
/// </summary>
internal sealed class AppHost : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commerce-bench-");

    private AppHost(string url) =>
        Client = new HttpClient(new SignInHandler(new SocketsHttpHandler(), "bench")) { BaseAddress = new Uri(url) };

    public HttpClient Client { get; }

    public static async Task<AppHost> StartAsync()
    {
        var url = $"http://127.0.0.1:{FreePort()}/";
        var host = new AppHost(url);
        var app = typeof(OrderFunctions).Assembly;
        // Functions are looked for in the entry assembly, which else is the benchmark's.
        Assembly.SetEntryAssembly(app);
        // One user does here what many do.
        foreach (var limit in (string[])["OrdersPerMinute", "ReadsPerMinute", "UnsignedReadsPerMinute"])
            Environment.SetEnvironmentVariable($"RateLimits__{limit}", "10000000");
        Environment.SetEnvironmentVariable("LocalPlatform__DataPath", host._folder.FullName);
        new Thread(() => app.EntryPoint!.Invoke(null, [new[] { "--urls", url }])) { IsBackground = true }.Start();
        await host.WaitUntilReadyAsync();
        return host;
    }

    // The app ends with the process; its folder goes now, which Linux allows while files are open.
    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task WaitUntilReadyAsync()
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StartTimeout; await Task.Delay(TimeSpan.FromMilliseconds(100)))
        {
            try
            {
                using var answer = await Client.GetAsync(new Uri("api/health/ready", UriKind.Relative));
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        throw new InvalidOperationException($"The app did not become ready within {StartTimeout.TotalSeconds} s.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
