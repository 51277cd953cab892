using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.Orders;

/// <summary>
/// The operations on orders that are under way in this process. It bounds them, joins repeats to the one that runs, and tells the
/// outcome to those who wait the moment an activity knows it, without a read.
/// </summary>
public sealed class OrderFlights(IOptions<OrderOptions> options, TimeProvider time)
{
    // An order that takes longer is looked after by the sweeper; its place is free for others then.
    private static readonly TimeSpan FollowMax = TimeSpan.FromSeconds(OrderOptions.FollowSeconds);

    private readonly LookSchedule _looks = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, OrderFlight> _flights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _perProduct = new(StringComparer.Ordinal);

    /// <summary>Operations under way.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _flights.Count;
        }
    }

    /// <summary>
    /// Joins the operation of that id, or begins it. <see cref="ErrorCode.Busy"/> when there are too many, before anything is done;
    /// <see cref="ErrorCode.IdempotencyKeyReused"/> when the one under way is for another request.
    /// </summary>
    /// <param name="id">Id of the orchestration.</param>
    /// <param name="fingerprint">What is asked for.</param>
    /// <param name="productIds">The products concerned, distinct.</param>
    /// <param name="lead">Begins the operation and follows it; runs for the first to come only.</param>
    public Result<OrderFlight> Board(string id, string fingerprint, IReadOnlyList<string> productIds, Func<OrderFlight, Task> lead)
    {
        var flight = new OrderFlight(id, fingerprint, productIds);
        lock (_lock)
        {
            if (_flights.TryGetValue(id, out var running))
                return running.Fingerprint == fingerprint ? running : OrderPlacement.KeyReused;
            if (_flights.Count >= options.Value.InFlightMax)
                return new Failure(ErrorCode.Busy, "Too many orders are being placed. Repeat the request shortly, with the same Idempotency-Key.");
            if (FindCrowded(productIds) is { } crowded)
            {
                return new Failure(
                    ErrorCode.Busy, $"Too many orders for product '{crowded}' are being placed. Repeat the request shortly, with the same Idempotency-Key.");
            }
            _flights.Add(id, flight);
            foreach (var productId in productIds)
                _perProduct[productId] = _perProduct.GetValueOrDefault(productId) + 1;
        }
        _ = LeadAsync(flight, lead);
        return flight;
    }

    /// <summary>Tells the outcome to those who wait for it here, if anybody does.</summary>
    public void Decide(string id, Result<Order> outcome)
    {
        OrderFlight? flight;
        lock (_lock)
            _flights.TryGetValue(id, out flight);
        flight?.Decide(outcome);
    }

    /// <summary>The outcome, or the order as it was accepted when that takes longer than <paramref name="wait"/>.</summary>
    public async Task<Result<Order>> OutcomeAsync(OrderFlight flight, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(flight);
        using var waiter = flight.Await(wait);
        var accepted = await flight.Accepted;
        return await IsDecidedAsync(flight, wait) ? await flight.Decided : accepted;
    }

    /// <summary>
    /// Waits until an activity of this process tells the outcome, or, if the orchestration runs elsewhere, until
    /// <paramref name="poll"/> finds it, which costs a read a time and is asked only while somebody waits. Gives up after a minute.
    /// </summary>
    public async Task FollowAsync(OrderFlight flight, Func<Task<Result<Order>?>> poll)
    {
        var since = time.GetTimestamp();
        var looks = 0;
        for (var waited = TimeSpan.Zero; waited < FollowMax && !await IsDecidedAsync(flight, _looks.PauseAfter(waited)); waited = time.GetElapsedTime(since))
        {
            if (!flight.IsAwaited)
                continue;
            try
            {
                looks++;
                if (await poll() is not { } outcome)
                    continue;
                _looks.Found(time.GetElapsedTime(since), looks);
                flight.Decide(outcome);
            }
            catch (Exception fault) when (fault is CosmosException or HttpRequestException)
            {
                // Whether it was decided can be asked again.
            }
        }
    }

    private string? FindCrowded(IReadOnlyList<string> productIds)
    {
        foreach (var productId in productIds)
        {
            if (_perProduct.GetValueOrDefault(productId) >= options.Value.InFlightPerProductMax)
                return productId;
        }
        return null;
    }

    private async Task<bool> IsDecidedAsync(OrderFlight flight, TimeSpan within)
    {
        if (flight.Decided.IsCompleted)
            return true;
        using var stop = new CancellationTokenSource();
        var isDecided = await Task.WhenAny(flight.Decided, Task.Delay(within, time, stop.Token)) == flight.Decided;
        await stop.CancelAsync();
        return isDecided;
    }

    private async Task LeadAsync(OrderFlight flight, Func<OrderFlight, Task> lead)
    {
        try
        {
            await lead(flight);
            flight.Decide(await flight.Accepted);
        }
#pragma warning disable CA1031 // Whatever it was belongs to those who wait.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            flight.Fail(fault);
        }
        finally
        {
            Remove(flight);
        }
    }

    private void Remove(OrderFlight flight)
    {
        lock (_lock)
        {
            _flights.Remove(flight.Id);
            foreach (var productId in flight.ProductIds)
            {
                if (--_perProduct[productId] == 0)
                    _perProduct.Remove(productId);
            }
        }
    }
}
