using LocalPlatform.ServiceBus;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Functions;

/// <summary>The timers and the Service Bus pumps of the app.</summary>
internal sealed class Triggers : IDisposable
{
    private readonly HostPlan _plan;
    private readonly ServiceBusBroker _broker;
    private readonly List<TimerLoop> _timers;
    private readonly List<ServiceBusPump> _pumps;

    public Triggers(
        HostPlan plan, FunctionRunner runner, ServiceBusBroker broker, HostStore store, TimeProvider time, ILoggerFactory loggers)
    {
        _plan = plan;
        _broker = broker;
        _timers = [.. plan.With<TimerBinding>().Select(f => new TimerLoop(
            f.Function, f.Trigger.Schedule, runner, store, time, loggers.CreateLogger<TimerLoop>()))];
        _pumps = [.. plan.With<ServiceBusBinding>().Select(f => new ServiceBusPump(
            f.Function, runner, broker, plan.HostJson.ServiceBus, time, loggers.CreateLogger<ServiceBusPump>()))];
    }

    /// <summary>Creates the queues and subscriptions that triggers and outputs name. A topic exists through its subscriptions.</summary>
    public async Task CreateEntitiesAsync()
    {
        foreach (var (_, trigger) in _plan.With<ServiceBusBinding>())
        {
            await (trigger.Subscription is null
                ? _broker.EnsureQueueAsync(trigger.QueueOrTopic)
                : _broker.EnsureSubscriptionAsync(trigger.QueueOrTopic, trigger.Subscription));
        }
        foreach (var output in _plan.Functions.SelectMany(f => f.Outputs).Where(o => o is { QueueOrTopic: not null, IsTopic: false }))
            await _broker.EnsureQueueAsync(output.QueueOrTopic!);
    }

    public void Start()
    {
        _timers.ForEach(timer => timer.Start());
        _pumps.ForEach(pump => pump.Start());
    }

    /// <summary>Takes nothing new and waits for what runs, as long as <paramref name="patience"/> lasts.</summary>
    public Task StopAsync(CancellationToken patience) =>
        Task.WhenAll([.. _timers.Select(t => t.StopAsync(patience)), .. _pumps.Select(p => p.StopAsync(patience))]);

    public void Dispose()
    {
        _timers.ForEach(timer => timer.Dispose());
        _pumps.ForEach(pump => pump.Dispose());
    }

    /// <summary>The timer of that name, or null.</summary>
    public TimerLoop? Timer(string name) =>
        _timers.FirstOrDefault(t => t.Function.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
