namespace LocalPlatform.Functions;

/// <summary>Where the host prints what a person who starts it wants to see.</summary>
internal sealed record HostConsole(TextWriter Out);

/// <summary>What a start prints: the functions as Core Tools list them, and where the data lies.</summary>
internal static class StartBanner
{
    public static void Write(TextWriter console, HostPlan plan, string dataPath, bool ignoresServiceBus)
    {
        console.WriteLine();
        console.WriteLine("Functions:");
        console.WriteLine();
        foreach (var function in plan.Functions)
            console.WriteLine($"  {function.Name}: {Describe(plan, function.Trigger)}");
        console.WriteLine();
        console.WriteLine($"Listening on {string.Join(", ", plan.Address.Urls)}");
        console.WriteLine($"Data in {dataPath}");
        if (ignoresServiceBus)
            console.WriteLine("The Service Bus namespace in the settings is not used: this build has a broker of its own.");
        console.WriteLine();
    }

    private static string Describe(HostPlan plan, TriggerBinding trigger) => trigger switch
    {
        HttpBinding http => $"[{Methods(http)}] {plan.Address.BaseUrl}{HttpFunctions.PathOf(plan, http)}",
        TimerBinding timer => $"{timer.Kind} '{timer.Schedule}'",
        ServiceBusBinding bus => $"{bus.Kind} '{ServiceBusPump.EntityOf(bus)}'",
        _ => trigger.Kind,
    };

    private static string Methods(HttpBinding http) => http.Methods.Count == 0 ? "any method" : string.Join(",", http.Methods);
}
