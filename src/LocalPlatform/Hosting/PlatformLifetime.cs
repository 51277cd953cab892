using LocalPlatform.Durable;
using LocalPlatform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Functions;

/// <summary>
/// The order of start and stop. Start: queues, orchestrations, then HTTP (ASP.NET Core starts it behind this service), then the seed,
/// then timers and messages. Stop: timers and messages, HTTP, orchestrations, and at last the stores with the container.
/// </summary>
internal sealed class PlatformLifetime(
    HostPlan plan, Triggers triggers, DurableEngine engine, Seeding seeding, DataDirectory data, RunLimit limit, HostConsole console,
    IConfiguration configuration)
    : IHostedLifecycleService
{
    // What runs when the host stops may go on for so long before its cancellation token is set.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private bool _started;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await triggers.CreateEntitiesAsync();
        await engine.StartAsync(cancellationToken);
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        StartBanner.Write(console.Out, plan, data.Path, ConnectionSettings.NamesRealServiceBus(configuration));
        await seeding.RunAsync(cancellationToken);
        triggers.Start();
        _started = true;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (!_started)
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await triggers.StopAsync(patience.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        limit.EndAll();
        await engine.StopAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
