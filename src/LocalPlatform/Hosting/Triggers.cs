using LocalPlatform.Messaging;
using LocalPlatform.ServiceBus;
using LocalPlatform.Timers;
using LocalPlatform.Worker;

namespace LocalPlatform.Hosting;

/// <summary>The timers and the Service Bus pumps of the app.</summary>
internal sealed class Triggers(
    HostFiles files, FunctionInvoker invoker, ServiceBusBroker broker, HostStore store, TimeProvider time, HostLog log) : IDisposable
{
    private WorkerFunctions _functions = new([]);
    private List<TimerLoop> _timers = [];
    private List<ServiceBusPump> _pumps = [];

    /// <summary>Takes up the functions that the worker has loaded.</summary>
    public void Load(WorkerFunctions functions)
    {
        _functions = functions;
        _timers = [.. functions.With<TimerBinding>()
            .Select(f => new TimerLoop(f.Function, f.Trigger, invoker, store, time, log.For<TimerLoop>()))];
        _pumps = [.. functions.With<ServiceBusBinding>().Select(f => new ServiceBusPump(
            f.Function, f.Trigger, invoker, broker, files.HostJson.ServiceBus, time, log.For<ServiceBusPump>()))];
    }

    /// <summary>Creates the queues and subscriptions that triggers and outputs name. A topic exists through its subscriptions.</summary>
    public async Task CreateEntitiesAsync()
    {
        foreach (var (_, trigger) in _functions.With<ServiceBusBinding>())
        {
            await (trigger.Subscription is null
                ? broker.EnsureQueueAsync(trigger.QueueOrTopic)
                : broker.EnsureSubscriptionAsync(trigger.QueueOrTopic, trigger.Subscription));
        }
        foreach (var output in _functions.All.SelectMany(f => f.Outputs).Where(o => !o.IsTopic))
            await broker.EnsureQueueAsync(output.QueueOrTopic);
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
