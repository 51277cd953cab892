using DurableTask.Core.Exceptions;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>What a client saw in a scenario: a text for each thing looked at, without what differs from run to run.</summary>
internal sealed class Transcript(DurableTaskClient client)
{
    public Dictionary<string, string> Seen { get; } = [];

    public DurableTaskClient Client => client;

    public void Note(string what, object? seen) => Seen.Add(what, seen?.ToString() ?? "nothing");

    /// <summary>Starts an orchestration, waits for its end and notes that.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, string? id = null)
    {
        id ??= "of-" + orchestrator;
        await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id));
        return await EndAsync(id);
    }

    /// <summary>Waits for the end of an instance and notes its status, output, custom status and failure.</summary>
    public async Task<OrchestrationMetadata> EndAsync(string id)
    {
        var ended = await WaitForEndAsync(id);
        Note($"status of {id}", ended.RuntimeStatus);
        // The output of a failed instance is looked at in a scenario of its own: it differs each time.
        if (ended.RuntimeStatus != OrchestrationRuntimeStatus.Failed)
            Note($"output of {id}", ended.SerializedOutput);
        Note($"custom status of {id}", ended.SerializedCustomStatus);
        Note($"failure of {id}", Describe(ended.FailureDetails));
        return ended;
    }

    public async Task<OrchestrationMetadata> WaitForEndAsync(string id)
    {
        using var deadline = new CancellationTokenSource(TestHub.Deadline);
        return await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, deadline.Token);
    }

    /// <summary>Waits until an instance is as wanted.</summary>
    public Task UntilAsync(string id, Func<OrchestrationMetadata, bool> isSo) => Eventually.HoldsAsync(
        async () => await client.GetInstanceAsync(id, getInputsAndOutputs: true) is { } found && isSo(found));

    /// <summary>Notes whether a call is refused, and how.</summary>
    public async Task TryAsync(string what, Func<Task> call)
    {
        try
        {
            await call();
            Note(what, "done");
        }
        catch (RpcException refused)
        {
            Note(what, refused.StatusCode);
        }
        catch (Exception refused) when (refused is ArgumentException or InvalidOperationException or NotImplementedException
            or OrchestrationAlreadyExistsException)
        {
            Note(what, refused.GetType().Name);
        }
    }

    private static string? Describe(TaskFailureDetails? failure) => failure is null
        ? null
        : $"{failure.ErrorType}: {failure.ErrorMessage}" + (failure.InnerFailure is { } inner ? " <- " + Describe(inner) : "");
}
