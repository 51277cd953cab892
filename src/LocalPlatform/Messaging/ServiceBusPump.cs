using System.Collections.Concurrent;
using LocalPlatform.ServiceBus;
using LocalPlatform.Settings;
using LocalPlatform.Worker;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Messaging;

/// <summary>
/// Runs one Service Bus function: receives messages as slots become free, renews their locks while the function runs, completes
/// what succeeded and abandons what failed.
/// </summary>
internal sealed partial class ServiceBusPump(
    WorkerFunction function, ServiceBusBinding trigger, FunctionInvoker invoker, ServiceBusBroker broker, ServiceBusSettings settings,
    TimeProvider time, ILogger<ServiceBusPump> logger) : IDisposable
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _slots = new(trigger.IsBatched ? 1 : settings.MaxConcurrentCalls);
    private readonly ConcurrentDictionary<Delivery, bool> _running = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _receiving = Task.CompletedTask;
    private Task _renewing = Task.CompletedTask;

    public void Start()
    {
        _receiving = Task.Run(ReceiveAsync);
        _renewing = Task.Run(RenewAsync);
    }

    /// <summary>Takes no more messages and waits for the runs under way, as long as <paramref name="patience"/> lasts.</summary>
    public async Task StopAsync(CancellationToken patience)
    {
        await _stop.CancelAsync();
        await _receiving;
        await Task.WhenAll(_running.Keys.Select(d => d.Done)).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _renewing;
    }

    public void Dispose()
    {
        _stop.Dispose();
        _slots.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                await _slots.WaitAsync(_stop.Token);
                var taken = 1;
                while (!trigger.IsBatched && _slots.Wait(0, CancellationToken.None))
                    taken++;
                Deliver(await TryReceiveAsync(taken), taken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Waits for messages; none when the store failed, after a pause.</summary>
    private async Task<IReadOnlyList<LockedMessage>> TryReceiveAsync(int slots)
    {
        try
        {
            return await broker.ReceiveAsync(
                trigger.Entity, trigger.IsBatched ? settings.MaxMessageBatchSize : slots, _stop.Token);
        }
#pragma warning disable CA1031 // A pump that died of a passing fault of the store would leave its queue unserved until the next start.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            StoreFailed(logger, failure, function.Name);
            await Task.Delay(PauseAfterFault, time, _stop.Token);
            return [];
        }
    }

    private void Deliver(IReadOnlyList<LockedMessage> messages, int slots)
    {
        var runs = trigger.IsBatched && messages.Count > 0
            ? [messages]
            : messages.Select(m => (IReadOnlyList<LockedMessage>)[m]).ToList();
        foreach (var run in runs)
        {
            var delivery = new Delivery(run, time.GetUtcNow() + settings.MaxAutoLockRenewalDuration);
            _running[delivery] = true;
            delivery.Done = Task.Run(() => RunAsync(delivery));
        }
        if (runs.Count < slots)
            _slots.Release(slots - runs.Count);
    }

    private async Task RunAsync(Delivery delivery)
    {
        try
        {
            await SettleAsync(delivery, await TryRunAsync(delivery));
        }
        catch (MessageLockLostException lost)
        {
            LockLost(logger, function.Name, lost.Message);
        }
#pragma warning disable CA1031 // Not settled is not lost: the message is delivered again when its lock expires, or at the next start.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            StoreFailed(logger, failure, function.Name);
        }
        finally
        {
            _running.TryRemove(delivery, out _);
            if (!_stop.IsCancellationRequested)
                _slots.Release();
        }
    }

    private async Task<bool> TryRunAsync(Delivery delivery)
    {
        try
        {
            await invoker.RunAsync(
                function, ServiceBusData.Of(trigger, delivery.Messages), request =>
                    ServiceBusData.Describe(request, trigger, delivery.Messages));
            return true;
        }
#pragma warning disable CA1031 // The boundary: whatever the function threw, the message is delivered again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failed(logger, failure, function.Name, delivery.Messages[0].Message.MessageId, delivery.Messages[0].Message.DeliveryCount);
            return false;
        }
    }

    private Task SettleAsync(Delivery delivery, bool succeeded)
    {
        if (!succeeded)
            return broker.AbandonAsync(delivery.Messages);
        return settings.AutoCompleteMessages && trigger.AutoComplete ? broker.CompleteAsync(delivery.Messages) : Task.CompletedTask;
    }

    /// <summary>One write renews all locks, often enough that a late tick does not lose one.</summary>
    private async Task RenewAsync()
    {
        using var ticks = new PeriodicTimer(broker.LockDuration / 3, time);
        try
        {
            while (await ticks.WaitForNextTickAsync(_stop.Token))
                await TryRenewAsync();
        }
        catch (OperationCanceledException)
        {
            // The host stops; what still runs has its lock until it expires.
        }
    }

    private async Task TryRenewAsync()
    {
        var now = time.GetUtcNow();
        var messages = _running.Keys.Where(d => now < d.RenewUntil).SelectMany(d => d.Messages).ToList();
        if (messages.Count == 0)
            return;
        try
        {
            await broker.RenewLocksAsync(messages);
        }
#pragma warning disable CA1031 // There are more ticks before the locks expire.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            StoreFailed(logger, failure, function.Name);
        }
    }

    private sealed class Delivery(IReadOnlyList<LockedMessage> messages, DateTimeOffset renewUntil)
    {
        public IReadOnlyList<LockedMessage> Messages { get; } = messages;

        public DateTimeOffset RenewUntil { get; } = renewUntil;

        public Task Done { get; set; } = Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Error, "Function '{Function}' failed on message {MessageId}, delivery {DeliveryCount}")]
    private static partial void Failed(ILogger logger, Exception failure, string function, string messageId, int deliveryCount);

    [LoggerMessage(3, LogLevel.Error, "The message store failed function '{Function}'; its messages are delivered again")]
    private static partial void StoreFailed(ILogger logger, Exception failure, string function);

    [LoggerMessage(2, LogLevel.Warning, "Function '{Function}' ran longer than its lock: {Reason} The message is delivered again")]
    private static partial void LockLost(ILogger logger, string function, string reason);
}
