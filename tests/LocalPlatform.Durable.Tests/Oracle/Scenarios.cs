namespace LocalPlatform.Durable.Tests.Oracle;

/// <summary>Functions, and what a client does with them.</summary>
internal sealed record Scenario(string Name, Action<TestFunctions> AddFunctions, Func<Transcript, Task> Play);

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
