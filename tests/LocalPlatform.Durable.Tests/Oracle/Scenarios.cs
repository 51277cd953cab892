namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Functions, and what a client does with them.</summary>
internal sealed record Scenario(string Name, Action<TestFunctions> AddFunctions, Func<Transcript, Task> Play)
{
    /// <summary>
    /// That an event stays in the queue of Microsoft's backend. It looks at it for ever, and whatever else it has to do waits half a second
    /// each time: such a scenario needs a backend of its own.
    /// </summary>
    public bool LeavesAnEvent { get; init; }
}

/// <summary>All scenarios by name.</summary>
internal static class Scenarios
{
    public static readonly IReadOnlyDictionary<string, Scenario> All = new[]
    {
        CallScenarios.All,
        WaitScenarios.All,
        FamilyScenarios.All,
        LifecycleScenarios.All,
        ClientScenarios.All,
    }.SelectMany(scenarios => scenarios).ToDictionary(scenario => scenario.Name);
}
