using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Commerce.Functions.Durable;

/// <summary>Orchestrations of which one of an id is to run, whoever starts it.</summary>
internal static class DurableClientExtensions
{
    /// <summary>False when there is no such instance, or it has ended.</summary>
    public static async Task<bool> IsRunningAsync(this DurableTaskClient durable, string instanceId, CancellationToken ct = default) =>
        await durable.GetInstanceAsync(instanceId, ct) is { IsCompleted: false };

    /// <summary>Starts an orchestration. False when one of that id runs already, as far as the backend says so.</summary>
    public static async Task<bool> TryStartAsync(
        this DurableTaskClient durable, string name, object? input, string instanceId, CancellationToken ct = default)
    {
        try
        {
            await durable.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId), ct);
            return true;
        }
        catch (Exception)
        {
            // Backends differ in how they say that it is running already; that it is, is all that matters.
            if (!await durable.IsRunningAsync(instanceId, ct))
                throw;
            return false;
        }
    }

    /// <summary>
    /// Starts an orchestration unless one of that id runs. False when one does. To be used where a second one beside it would do harm, since
    /// not every backend refuses it.
    /// </summary>
    public static async Task<bool> StartUnlessRunningAsync(
        this DurableTaskClient durable, string name, object? input, string instanceId, CancellationToken ct = default) =>
        !await durable.IsRunningAsync(instanceId, ct) && await durable.TryStartAsync(name, input, instanceId, ct);
}
