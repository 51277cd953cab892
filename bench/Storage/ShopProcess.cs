using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Commerce.Bench.Storage;

/// <summary>The shop as a process of its own, without bounds on how much a user may ask.</summary>
internal static class ShopProcess
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    /// <summary>Starts it; what it prints is dropped.</summary>
    public static Process Start(string shopPath, string url, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(shopPath, ["--urls", url]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        // A few users do here what thousands do.
        foreach (var limit in (string[])["OrdersPerMinute", "ReadsPerMinute", "UnsignedReadsPerMinute"])
            start.Environment[$"RateLimits__{limit}"] = "1000000";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    public static async Task WaitUntilReadyAsync(string url)
    {
        using var client = new HttpClient();
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < StartMax;)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(url + "/api/health/ready"));
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
        throw new InvalidOperationException($"the shop did not become ready within {StartMax.TotalSeconds:0} s");
    }

    public static string FreeUrl()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }
}
