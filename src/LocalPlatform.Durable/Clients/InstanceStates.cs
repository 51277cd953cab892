using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using LocalPlatform.Durable.Store;

namespace LocalPlatform.Durable.Clients;

/// <summary>Instances as clients see them.</summary>
internal static class InstanceStates
{
    public static P.OrchestrationState ToProto(StoredInstance instance, bool inputsAndOutputs)
    {
        var state = new P.OrchestrationState
        {
            InstanceId = instance.Id,
            Name = instance.Name,
            Version = instance.Start.Version,
            OrchestrationStatus = instance.Status,
            ScheduledStartTimestamp = instance.Start.ScheduledStartTimestamp,
            CreatedTimestamp = Timestamp.FromDateTime(instance.CreatedAt),
            LastUpdatedTimestamp = Timestamp.FromDateTime(instance.UpdatedAt),
            CompletedTimestamp = instance.IsCompleted ? Timestamp.FromDateTime(instance.UpdatedAt) : null,
            ExecutionId = instance.Start.OrchestrationInstance.ExecutionId,
            ParentInstanceId = instance.Start.ParentInstance?.OrchestrationInstance.InstanceId,
            Tags = { instance.Start.Tags },
        };
        if (inputsAndOutputs)
        {
            state.Input = instance.Start.Input;
            state.Output = instance.ShownOutput;
            state.CustomStatus = instance.CustomStatus;
            state.FailureDetails = instance.Failure;
        }
        return state;
    }

    /// <summary>Reads what a page of a query ended with, the key of its last instance; none stands for the first page.</summary>
    public static bool TryReadToken(string? token, out long key)
    {
        key = 0;
        return string.IsNullOrEmpty(token) || long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out key);
    }
}
