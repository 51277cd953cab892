using Commerce.Shared;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

/// <summary>An operation on an order that this process has begun and waits for: one, however many requests repeat it.</summary>
/// <param name="id">Id of the orchestration that carries it out.</param>
/// <param name="fingerprint">What was asked for.</param>
/// <param name="productIds">The products it holds a place for.</param>
public sealed class InFlightOrder(string id, string fingerprint, IReadOnlyList<string> productIds)
{
    private readonly TaskCompletionSource<Result<Order>> _accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Result<Order>> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _waiters;

    public string Id { get; } = id;

    public string Fingerprint { get; } = fingerprint;

    public IReadOnlyList<string> ProductIds { get; } = productIds;

    /// <summary>Completes when the operation is safely under way: the order, or why it was not taken on.</summary>
    public Task<Result<Order>> Accepted => _accepted.Task;

    /// <summary>Completes with the outcome. Pending (or still paid, for a cancellation) when nobody could tell for a long time.</summary>
    public Task<Result<Order>> Decided => _decided.Task;

    /// <summary>True when the outcome is that it was refused, or that it failed: another request may fare better.</summary>
    public bool IsRefused => _decided.Task is { IsCompletedSuccessfully: true, Result.Succeeded: false } || _accepted.Task.IsFaulted;

    /// <summary>True when its orchestration was started for it, and not found under way.</summary>
    public bool IsStarted { get; set; }

    /// <summary>True while somebody waits for the outcome.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiters) > 0;

    /// <summary>Counts who waits, until the answer is disposed of; who does not want to wait is not counted.</summary>
    public IDisposable? Await(TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
            return null;
        Interlocked.Increment(ref _waiters);
        return new Waiter(this);
    }

    public void Accept(Result<Order> order) => _accepted.TrySetResult(order);

    public void Decide(Result<Order> outcome)
    {
        _accepted.TrySetResult(outcome);
        _decided.TrySetResult(outcome);
    }

    public void Fail(Exception fault)
    {
        // Once accepted nobody is failed any more: the outcome can still be asked for.
        if (!_accepted.TrySetException(fault) && _accepted.Task.IsCompletedSuccessfully)
            _decided.TrySetResult(_accepted.Task.Result);
    }

    private sealed class Waiter(InFlightOrder order) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref order._waiters);
    }
}
