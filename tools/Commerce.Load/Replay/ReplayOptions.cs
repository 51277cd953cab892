namespace Commerce.Load.Replay;

/// <param name="Clients">Orders in flight at once.</param>
/// <param name="Budget">Share of what a customer's orders cost that is charged beforehand, 0 to 10; under 1 some orders end for lack of
/// balance.</param>
/// <param name="Run">Part of the idempotency keys: the same name repeats a replay, another places the file's orders anew.</param>
/// <param name="TopWait">How long the precomputed top five may lag behind the last order.</param>
internal sealed record ReplayOptions(int Clients, decimal Budget, string Run, TimeSpan Patience, TimeSpan TopWait);

/// <summary>Idempotency keys that depend on nothing but the file and the name of the run.</summary>
internal sealed class ReplayKeys(string fingerprint, string run)
{
    private readonly string _prefix = run.Length == 0 ? $"replay-{fingerprint}" : $"replay-{fingerprint}-{run}";

    public string Charge(string userId, int part) => $"{_prefix}-charge-{userId}-{part}";

    public string Order(string orderKey) => $"{_prefix}-order-{orderKey}";

    public string Cancellation(string cancellationKey) => $"{_prefix}-cancel-{cancellationKey}";
}
