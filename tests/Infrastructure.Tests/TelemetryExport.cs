using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Commerce.SignIn;

namespace Infrastructure.Tests;

/// <summary>
/// What the app sends to Azure Monitor: the real app with the real exporter, which is pointed at this process, runs an order, an audit
/// and a refused event, and is stopped as the platform would stop it.
/// </summary>
public sealed class TelemetryExport : IAsyncLifetime
{
    /// <summary>Requests at once, more than five a second.</summary>
    public const int Reads = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly HttpListener _ingestion = new();
    private readonly List<JsonObject> _items = [];
    private readonly string _data = Directory.CreateTempSubdirectory("telemetry-").FullName;

    /// <summary>The items as they were sent: <c>data.baseType</c> and <c>data.baseData</c>.</summary>
    public IReadOnlyList<JsonObject> Items => _items;

    public async ValueTask InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        var port = Listen();
        var receiving = ReceiveAsync();
        using var app = Start(port);
        try
        {
            using (var http = new HttpClient(new SignInHandler(new SocketsHttpHandler(), "tester"))
            {
                BaseAddress = await AddressAsync(app,
                deadline.Token)
            })
                await UseAsync(http, deadline.Token);
            using var terminate = Process.Start("kill", ["-TERM", app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await app.WaitForExitAsync(deadline.Token);
        }
        finally
        {
            if (!app.HasExited)
                app.Kill(entireProcessTree: true);
        }
        _ingestion.Stop();
        await receiving;
    }

    public ValueTask DisposeAsync()
    {
        ((IDisposable)_ingestion).Dispose();
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task UseAsync(HttpClient http, CancellationToken ct)
    {
        await SendAsync(http, HttpMethod.Put, "api/ops/products/p-1", new { name = "Lamp", price = 100 }, ct);
        await SendAsync(http, HttpMethod.Post, "api/ops/products/p-1/stock-adjustments", new { delta = 10, reason = "delivery" }, ct);
        await SendAsync(http, HttpMethod.Post, "api/users/kim/balance/charges", new { amount = 1_000 }, ct);
        var order = new { items = new[] { new { productId = "p-1", quantity = 2 } } };
        Assert.Equal(HttpStatusCode.Created, await SendAsync(http, HttpMethod.Post, "api/users/kim/orders", order, ct));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(http, HttpMethod.Get, "api/products/none", null, ct));
        await Task.WhenAll(Enumerable.Range(0, Reads).Select(_ => SendAsync(http, HttpMethod.Get, "api/products", null, ct)));
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync(http, HttpMethod.Post, "admin/functions/WatchBooks", new { }, ct));
        await DeliveryAsync(http, "delivered", ct);
        // An event that is refused for good is worth a line of the log.
        await SendAsync(http, HttpMethod.Put, "local/webhooks/data-platform/behaviour", new { failStatus = 400 }, ct);
        await SendAsync(http, HttpMethod.Post, "api/users/lee/balance/charges", new { amount = 1_000 }, ct);
        await SendAsync(http, HttpMethod.Post, "api/users/lee/orders", order, ct);
        await DeliveryAsync(http, "parked", ct);
        Assert.True((await http.GetFromJsonAsync<JsonObject>("api/ops/audit", ct))!.Flag("ok"));
    }

    private static Task DeliveryAsync(HttpClient http, string state, CancellationToken ct) => Eventually.HoldsAsync(
        async () => (await http.GetFromJsonAsync<JsonObject>($"api/ops/deliveries?state={state}", ct))!["items"]!.AsArray().Count > 0);

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", "once");
        using var answer = await http.SendAsync(request, ct);
        return answer.StatusCode;
    }

    private Process Start(int port)
    {
        var start = new ProcessStartInfo(Metadata.DotNet, [Metadata.AppPath, "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = Path.GetDirectoryName(Metadata.AppPath)!,
            RedirectStandardOutput = true,
        };
        start.Environment["LocalPlatform__DataPath"] = _data;
        start.Environment["LocalPlatform__Seed"] = "false";
        // A short life gains by neither.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
            $"InstrumentationKey={Guid.Empty};IngestionEndpoint=http://127.0.0.1:{port}/;LiveEndpoint=http://127.0.0.1:{port}/";
        return Process.Start(start)!;
    }

    /// <summary>Where the app says that it listens. What it says after that is read, too, or it would wait for a reader.</summary>
    private static async Task<Uri> AddressAsync(Process app, CancellationToken ct)
    {
        const string listening = "Listening on ";
        var said = new List<string>();
        while (await app.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            said.Add(line);
            if (!line.StartsWith(listening, StringComparison.Ordinal))
                continue;
            _ = app.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return new Uri(line[listening.Length..].Split(',')[0]);
        }
        throw new InvalidOperationException("The app ended at its start.\n" + string.Join('\n', said));
    }

    /// <summary>A port that was free a moment ago: the listener takes no zero.</summary>
    private int Listen()
    {
        while (true)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            _ingestion.Prefixes.Clear();
            _ingestion.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                _ingestion.Start();
                return port;
            }
            catch (HttpListenerException)
            {
                // Somebody was faster.
            }
        }
    }

    private async Task ReceiveAsync()
    {
        while (_ingestion.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _ingestion.GetContextAsync();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            var isTelemetry = context.Request.Url!.AbsolutePath.EndsWith("/track", StringComparison.Ordinal);
            var count = isTelemetry ? await KeepAsync(context.Request) : 0;
            context.Response.ContentType = "application/json";
            await using var body = context.Response.OutputStream;
            var answer = $$"""{"itemsReceived":{{count}},"itemsAccepted":{{count}},"errors":[]}""";
            await body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer));
        }
    }

    private async Task<int> KeepAsync(HttpListenerRequest request)
    {
        var isPacked = request.Headers["Content-Encoding"] == "gzip";
        await using var body = isPacked ? new GZipStream(request.InputStream, CompressionMode.Decompress) : request.InputStream;
        using var reader = new StreamReader(body);
        var lines = (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _items.AddRange(lines.Select(line => JsonNode.Parse(line)!.AsObject()));
        return lines.Length;
    }
}
