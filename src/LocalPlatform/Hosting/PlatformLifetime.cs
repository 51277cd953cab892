using LocalPlatform.Durable;
using LocalPlatform.Http;
using LocalPlatform.Orchestrations;
using LocalPlatform.Settings;
using LocalPlatform.Storage;
using LocalPlatform.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Hosting;

/// <summary>
/// The order of start and stop. Start: the worker's door, the worker and the web server (each by itself), then, with the functions
/// loaded, the other workers, queues and orchestrations, then the seed, then timers and messages. Stop: timers and messages, HTTP,
/// orchestrations, the other workers, the worker's door, and at last the stores with the container.
/// </summary>
internal sealed class PlatformLifetime(
    WorkerServer server, Workers workers, WorkerProcesses processes, Triggers triggers, DurableEngine engine,
        DurableFunctions orchestrations, Seeding seeding, HttpFunctions http, StartBanner banner,
    IdleMemory memory, DataDirectory data, HostLog log, IConfiguration configuration, TimeProvider time) : IHostedLifecycleService, IAsyncDisposable
{
    // What runs when the host stops may go on for so long before it is asked to end.
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(10);

    // Who was asked has so long to hear of it and to come to an end.
    private static readonly TimeSpan GraceMax = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _patience = new(Timeout.InfiniteTimeSpan, time);
    private Task _door = Task.CompletedTask;
    private bool _started;

    /// <summary>Opens the worker's door beside what the app does to start; who knocks too early waits in the socket's queue.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _door = Task.Run(OpenDoorAsync, cancellationToken);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => _door;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var functions = await workers.Local.Loaded.WaitAsync(cancellationToken);
        triggers.Load(functions);
        orchestrations.Load(functions);
        await triggers.CreateEntitiesAsync();
        await processes.StartAsync(cancellationToken);
        await workers.CompleteAsync(cancellationToken);
        await engine.StartAsync(cancellationToken);
        http.Open(functions);
        banner.Write(functions, data.Path, ConnectionSettings.NamesRealServiceBus(configuration));
        await seeding.RunAsync(cancellationToken);
        triggers.Start();
        _started = true;
        memory.GiveBack();
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (!_started)
            return;
        _patience.Token.Register(workers.CancelAll);
        _patience.CancelAfter(PatienceMax);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _patience.Token);
        await triggers.StopAsync(patience.Token);
        if (!_patience.IsCancellationRequested)
            return;
        using var grace = new CancellationTokenSource(GraceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, grace.Token);
        await triggers.StopAsync(either.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        workers.CancelAll();
        await engine.StopAsync(cancellationToken);
    }

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await processes.StopAsync();
        await server.StopAsync();
    }

    /// <summary>Also of a start that the app has broken off: what the door is made of may go only when nothing opens it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _door.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _patience.Dispose();
    }

    private Task OpenDoorAsync() => server.StartAsync(
        services => services.AddSingleton(workers).AddSingleton(new TaskHubService(engine)),
        routes =>
        {
            routes.MapGrpcService<WorkerRpc>();
            routes.MapGrpcService<TaskHubService>();
        },
        log.Factory);
}
