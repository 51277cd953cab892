namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function is an orchestrator.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : Attribute
{
    /// <summary>The orchestration's name; the function's name when not set.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>The function is an activity; the parameter is its input.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : Attribute
{
    /// <summary>The activity's name; the function's name when not set.</summary>
    public string? Activity { get; set; }
}

/// <summary>The parameter is the client of the app's orchestrations.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : Attribute
{
    /// <summary>The task hub; the one of <c>host.json</c> when not set.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The setting that holds the connection of the task hub's store.</summary>
    public string? ConnectionName { get; set; }
}
