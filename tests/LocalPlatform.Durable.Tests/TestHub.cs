using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Grpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace LocalPlatform.Durable.Tests;

/// <summary>
/// An engine on a temporary file, with a clock that the test moves and the genuine client in front. It can be stopped and started again
/// on the same file.
/// </summary>
internal sealed class TestHub : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    // A test's clock leaps over days, and who waits for an end may be told of it after that: what has ended stays.
    private static readonly DurableOptions Usual = new() { RetainCompletedFor = null };

    private readonly TestFolder _folder = new();
    private readonly IDurableFunctions _functions;
    private DurableOptions _options;
    private readonly ILoggerFactory _logging;
    private readonly HubServer _server;

    private TestHub(IDurableFunctions functions, DurableOptions options, ILoggerFactory logging, FakeTimeProvider time, string? copyOf)
    {
        if (copyOf is not null)
            System.IO.File.Copy(copyOf, File);
        Time = time;
        _functions = functions;
        _options = options;
        _logging = logging;
        Engine = NewEngine(functions);
        _server = new HubServer(() => Engine);
    }

    public FakeTimeProvider Time { get; }

    public DurableEngine Engine { get; private set; }

    public DurableTaskClient Client => _server.Client;

    public string File => _folder.File("taskhub.db");

    public static async Task<TestHub> StartAsync(
        IDurableFunctions functions,
        DurableOptions? options = null,
        ILoggerFactory? logging = null,
        FakeTimeProvider? time = null,
        string? copyOf = null)
    {
        time ??= new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var hub = new TestHub(functions, options ?? Usual, logging ?? NullLoggerFactory.Instance, time, copyOf);
        await hub._server.StartAsync();
        await hub.Engine.StartAsync();
        return hub;
    }

    /// <summary>Stops without waiting for activities, and starts again, perhaps with other code.</summary>
    public async Task RestartAsync(
        IDurableFunctions? functions = null, Action<DurableEngine>? beforeStart = null, DurableOptions? options = null)
    {
        await Engine.DisposeAsync();
        _options = options ?? _options;
        Engine = NewEngine(functions ?? _functions);
        beforeStart?.Invoke(Engine);
        await Engine.StartAsync();
    }

    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, string? id = null)
    {
        var started = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));
        return await EndOf(started);
    }

    public async Task<OrchestrationMetadata> EndOf(string id)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, deadline.Token);
    }

    /// <summary>Moves the clock to the next timer, and only then, until the instance has ended.</summary>
    public async Task<OrchestrationMetadata> EndWhileTimePasses(string id)
    {
        var end = EndOf(id);
        while (!end.IsCompleted)
        {
            var next = Engine.Runtime.Store.ReadTimers(default, DateTime.MaxValue, limit: 1);
            var wait = next.Count == 0 ? TimeSpan.Zero : next[0].FireAt - Time.GetUtcNow().UtcDateTime;
            if (wait > TimeSpan.Zero)
                Time.Advance(wait + TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(end, Task.Delay(2));
        }
        return await end;
    }

    public async Task Until(string id, Func<OrchestrationMetadata, bool> condition) =>
        await Eventually.HoldsAsync(async () =>
            await Client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found && condition(found));

    /// <summary>Tampers with the store from outside.</summary>
    public void Sql(string sql) => SqliteFile.Tamper(File, sql);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private DurableEngine NewEngine(IDurableFunctions functions) => new(File, functions, _options, Time, _logging);
}

/// <summary>The service of an engine on a free port of the loopback, and the genuine client on it.</summary>
internal sealed class HubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private GrpcChannel? _channel;

    /// <summary>A server of the engine that there is at each call.</summary>
    public HubServer(Func<DurableEngine> engine)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel =>
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddRouting();
        builder.Services.AddGrpc(options => (options.MaxReceiveMessageSize, options.MaxSendMessageSize) = (null, null));
        builder.Services.AddTransient(_ => new TaskHubService(engine()));
        builder.Logging.SetMinimumLevel(LogLevel.None);
        _app = builder.Build();
        _app.MapGrpcService<TaskHubService>();
    }

    public DurableTaskClient Client { get; private set; } = null!;

    public async Task StartAsync()
    {
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress(
            _app.Urls.Single(), new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new GrpcDurableTaskClient("test", new GrpcDurableTaskClientOptions { Channel = _channel }, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _app.DisposeAsync();
    }
}
