using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// The operations on orders that are in flight in this process. It bounds them, joins repeats to the one that runs, and tells the
/// outcome to those who wait the moment an activity knows it, without a read.
/// </summary>
public sealed partial class InFlightOrders(IOptions<OrderOptions> options, TimeProvider time, ILogger<InFlightOrders> logger)
{
    // An order that takes longer is picked up by the sweeper; its place is free for others then.
    private static readonly TimeSpan FollowMax = TimeSpan.FromSeconds(OrderOptions.FollowSeconds);

    private readonly PollSchedule _schedule = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, InFlightOrder> _inFlight = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _perProduct = new(StringComparer.Ordinal);

    /// <summary>Operations in flight.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _inFlight.Count;
        }
    }

    /// <summary>
    /// Joins the operation of that id, or adds it. <see cref="ErrorCode.Busy"/> when there are too many, before anything is done;
    /// <see cref="ErrorCode.IdempotencyKeyReused"/> when the one in flight is for another request.
    /// </summary>
    /// <param name="id">Id of the orchestration.</param>
    /// <param name="fingerprint">What is asked for.</param>
    /// <param name="productIds">The products concerned, distinct.</param>
    /// <param name="isNew">True when it was added: the caller is to start it, and to hand the task to <see cref="EndWithAsync"/>.</param>
    public Result<InFlightOrder> JoinOrAdd(string id, string fingerprint, IReadOnlyList<string> productIds, out bool isNew)
    {
        isNew = false;
        lock (_lock)
        {
            // Who was refused has his answer; it is none to who asks afterwards.
            if (_inFlight.TryGetValue(id, out var running) && !running.IsRefused)
                return running.Fingerprint == fingerprint ? running : Failure.KeyReused;
            if (_inFlight.Count >= options.Value.InFlightMax)
                return Busy("Too many orders are being placed.");
            if (FindCrowded(productIds) is { } crowded)
                return Busy($"Too many orders for product '{crowded}' are being placed.");
            isNew = true;
            var order = new InFlightOrder(id, fingerprint, productIds);
            _inFlight[id] = order;
            foreach (var productId in productIds)
                _perProduct[productId] = _perProduct.GetValueOrDefault(productId) + 1;
            return order;
        }
    }

    /// <summary>Keeps an operation in flight until its task ends, and tells those who still wait then what is known.</summary>
    public async Task EndWithAsync(InFlightOrder order, Task operation)
    {
        ArgumentNullException.ThrowIfNull(order);
        try
        {
            await operation;
            order.Decide(await order.Accepted);
        }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Those who were told that it is accepted are not told of it any more.
            if (order.Accepted.IsCompletedSuccessfully)
                LogEnded(fault, order.Id);
            order.Fail(fault);
        }
        finally
        {
            Remove(order);
        }
    }

    /// <summary>Tells the outcome to those who wait for it here, if anybody does.</summary>
    public void Decide(string id, Result<Order> outcome)
    {
        InFlightOrder? order;
        lock (_lock)
            _inFlight.TryGetValue(id, out order);
        order?.Decide(outcome);
    }

    /// <summary>The outcome, or the order as it was accepted when that takes longer than <paramref name="wait"/>.</summary>
    public async Task<Result<Order>> OutcomeAsync(InFlightOrder order, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(order);
        using var waiter = order.Await(wait);
        var accepted = await order.Accepted;
        // Less than nothing is left of a wait that others have used up; a delay takes that for a fault, or for ever.
        return await IsDecidedAsync(order, wait > TimeSpan.Zero ? wait : TimeSpan.Zero) ? await order.Decided : accepted;
    }

    /// <summary>
    /// When to poll for an outcome, should the orchestration run in another process. Ends when an activity of this process has decided the
    /// order, when a poll has found the outcome (<see cref="Poll.Found"/>), or after a minute. A poll costs a read: there is one only while
    /// somebody waits.
    /// </summary>
    public async IAsyncEnumerable<Poll> PollsAsync(InFlightOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var since = time.GetTimestamp();
        var polls = 0;
        for (var waited = TimeSpan.Zero; waited < FollowMax; waited = time.GetElapsedTime(since))
        {
            if (await IsDecidedAsync(order, _schedule.PauseAfter(waited)))
                yield break;
            if (!order.IsAwaited)
                continue;
            var poll = new Poll(order);
            polls++;
            yield return poll;
            if (poll.HasFound)
                _schedule.Found(time.GetElapsedTime(since), polls);
        }
    }

    private static Failure Busy(string why) => new(ErrorCode.Busy, $"{why} Repeat the request shortly, with the same Idempotency-Key.");

    private string? FindCrowded(IReadOnlyList<string> productIds)
    {
        foreach (var productId in productIds)
        {
            if (_perProduct.GetValueOrDefault(productId) >= options.Value.InFlightPerProductMax)
                return productId;
        }
        return null;
    }

    private async Task<bool> IsDecidedAsync(InFlightOrder order, TimeSpan within)
    {
        if (order.Decided.IsCompleted)
            return true;
        using var stop = new CancellationTokenSource();
        var isDecided = await Task.WhenAny(order.Decided, Task.Delay(within, time, stop.Token)) == order.Decided;
        await stop.CancelAsync();
        return isDecided;
    }

    private void Remove(InFlightOrder order)
    {
        lock (_lock)
        {
            if (_inFlight.GetValueOrDefault(order.Id) == order)
                _inFlight.Remove(order.Id);
            foreach (var productId in order.ProductIds)
            {
                if (--_perProduct[productId] == 0)
                    _perProduct.Remove(productId);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{InstanceId} could not be started or followed here; a repeat or the sweeper starts it if nobody has")]
    private partial void LogEnded(Exception fault, string instanceId);
}

/// <summary>One poll for the outcome of an order.</summary>
public sealed class Poll(InFlightOrder order)
{
    internal bool HasFound { get; private set; }

    /// <summary>Tells the outcome that the poll has found.</summary>
    public void Found(Result<Order> outcome)
    {
        HasFound = true;
        order.Decide(outcome);
    }
}
