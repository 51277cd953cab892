using System.Net.Sockets;
using LocalPlatform.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Worker;

/// <summary>
/// The loopback port on which the worker and its Durable clients find the host. It is taken before the app reads its configuration,
/// which has to name it, and served from the host's start to its very end.
/// </summary>
internal sealed class WorkerServer : IAsyncDisposable
{
    private const int MessageBytesMax = 128 * 1024 * 1024;
    private const int WindowBytes = 1024 * 1024;

    private readonly Socket _socket = HostAddress.ListenOnFreePort();
    private WebApplication? _app;

    public WorkerServer() => Address = $"http://{_socket.LocalEndPoint}/";

    public string Address { get; }

    /// <summary>Serves the given gRPC services.</summary>
    public async Task StartAsync(Action<IServiceCollection> addServices, Action<IEndpointRouteBuilder> map, ILoggerFactory console)
    {
        // Empty: no settings files of the app's, which the others would read, and watch.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(console);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = MessageBytesMax);
        addServices(builder.Services);
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket = _ => _socket;
            // Nothing that blocks runs on this connection, and each hop to another thread costs about as much as the message.
            transport.UnsafePreferInlineScheduling = true;
        });
        // Named as an address, or an address of the app in the environment would count as one of this server, with a warning.
        builder.WebHost.UseUrls(Address);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            // Each wait for an orchestration is a stream.
            kestrel.Limits.Http2.MaxStreamsPerConnection = int.MaxValue;
            kestrel.Limits.Http2.InitialStreamWindowSize = WindowBytes;
            kestrel.Limits.Http2.InitialConnectionWindowSize = WindowBytes;
        });
        _app = builder.Build();
        map(_app);
        await _app.StartAsync();
    }

    /// <summary>Ends at once: the worker's stream would never end by itself.</summary>
    public Task StopAsync() => _app?.StopAsync(new CancellationToken(canceled: true)) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _socket.Dispose();
    }
}
