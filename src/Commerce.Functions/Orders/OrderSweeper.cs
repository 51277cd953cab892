using System.Collections.Concurrent;
using Commerce.Functions.Cosmos;
using Microsoft.Azure.Cosmos;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// Picks up what a crash, a lost hub, or a deployment that broke running orchestrations has left behind: pending orders, and requests to
/// cancel, that nobody works on. Starting them again is safe, since every step finds what was done before.
/// </summary>
/// <remarks>
/// A run goes over all of them, or as many as it has time for; the next goes on where it ended, so that each has its turn however many
/// there are.
/// </remarks>
public sealed partial class OrderSweeper(
    OrderStore orders, OrderOrchestrations orchestrations, IOptions<OrderOptions> options, TimeProvider time, ILogger<OrderSweeper> logger)
{
    /// <summary>Some hundreds of orders a second: the backlog of a lost hub is taken up in minutes, and buyers hardly feel it.</summary>
    private const int ParallelMax = 16;

    // Each of the two has its own, so that neither waits for the other; together well below a function's five minutes.
    private static readonly TimeSpan RoundMax = TimeSpan.FromSeconds(30);

    private readonly Round _pending = new();
    private readonly Round _toCancel = new();

    /// <summary>Both beside each other, so that one that fails does not keep the other from its turn.</summary>
    public Task SweepAsync(DurableTaskClient durable, CancellationToken ct)
    {
        return Task.WhenAll(
            ContinueAsync(_toCancel, orders.ToCancelAsync, FinishCancellationAsync, ct),
            ContinueAsync(_pending, orders.PendingAsync, RestartAsync, ct));

        async Task FinishCancellationAsync(OpenOrder order, CancellationToken stop)
        {
            if (await orchestrations.RestartCancellationIfDeadAsync(durable, order, stop))
                LogCancellationRestarted(order.OrderId);
        }

        async Task RestartAsync(OpenOrder order, CancellationToken stop)
        {
            if (await orchestrations.RestartIfDeadAsync(durable, order, stop))
                LogRestarted(order.OrderId, order.Since);
        }
    }

    private async Task ContinueAsync(
        Round round,
        Func<DateTimeOffset, string?, CancellationToken, Task<QueryPage<OpenOrder>>> readPage,
        Func<OpenOrder, CancellationToken, Task> restart,
        CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(RoundMax, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        for (var pages = 0; pages == 0 || (round.Continuation is not null && !stop.IsCancellationRequested); pages++)
        {
            try
            {
                if (round.Open.IsEmpty)
                    await ReadAsync(round, readPage, stop.Token);
            }
            catch (OperationCanceledException) when (pages > 0 && limit.IsCancellationRequested)
            {
                // The time was up, as it is sooner or later; that the store says nothing in all of it is a fault.
            }
            await Task.WhenAll(Enumerable.Range(0, ParallelMax).Select(_ => WorkOffAsync(round.Open, restart, stop.Token)));
        }
    }

    private async Task ReadAsync(
        Round round, Func<DateTimeOffset, string?, CancellationToken, Task<QueryPage<OpenOrder>>> readPage, CancellationToken stop)
    {
        if (round.Continuation is null)
            round.Before = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.SweepAfterSeconds);
        try
        {
            var page = await readPage(round.Before, round.Continuation, stop);
            round.Continuation = page.Continuation;
            foreach (var order in page.Documents.OrderBy(static order => order.Since))
                round.Open.Enqueue(order);
        }
        catch (CosmosException fault) when (fault.RefusesToContinue(round.Continuation))
        {
            // The next run begins anew.
            round.Continuation = null;
        }
    }

    private async Task WorkOffAsync(
        ConcurrentQueue<OpenOrder> open, Func<OpenOrder, CancellationToken, Task> restart, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && open.TryDequeue(out var order))
        {
            try
            {
                await restart(order, stop);
            }
#pragma warning disable CA1031 // One that cannot be helped now must not stand in the way of the others; it has its turn again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                LogNotRestarted(fault, order.OrderId);
            }
        }
    }

    /// <summary>How far all open orders have been gone over, in the memory of this process: whoever comes after it begins anew.</summary>
    private sealed class Round
    {
        public DateTimeOffset Before { get; set; }

        public string? Continuation { get; set; }

        /// <summary>What was read and not begun yet, the oldest first.</summary>
        public ConcurrentQueue<OpenOrder> Open { get; } = new();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId}, pending since {Since:O}, had no orchestration; started it again")]
    private partial void LogRestarted(string orderId, DateTimeOffset since);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cancellation of order {OrderId} had died; started it again")]
    private partial void LogCancellationRestarted(string orderId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId} could not be restarted; it will be tried again")]
    private partial void LogNotRestarted(Exception fault, string orderId);
}
