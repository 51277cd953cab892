using LocalPlatform.Http;
using LocalPlatform.Settings;
using LocalPlatform.Worker;

namespace LocalPlatform.Hosting;

/// <summary>Where the host prints what a person who starts it wants to see.</summary>
internal sealed record HostConsole(TextWriter Out);

/// <summary>What a start prints: the functions as Core Tools list them, and where the data lies.</summary>
internal sealed class StartBanner(HostConsole console, HostFiles files, HostAddress address)
{
    public void Write(WorkerFunctions functions, string dataPath, bool ignoresServiceBus)
    {
        console.Out.WriteLine();
        console.Out.WriteLine("Functions:");
        console.Out.WriteLine();
        foreach (var function in functions.All)
            console.Out.WriteLine($"  {function.Name}: {Describe(function.Trigger)}");
        console.Out.WriteLine();
        console.Out.WriteLine($"Listening on {string.Join(", ", address.Urls)}");
        console.Out.WriteLine($"Data in {dataPath}");
        console.Out.WriteLine($"Process {Environment.ProcessId}: Ctrl-C or a TERM signal to it ends all");
        if (files.Platform.Home is not null)
            console.Out.WriteLine($"Open {address.BaseUrl}/ in a browser");
        if (ignoresServiceBus)
            console.Out.WriteLine("The Service Bus namespace in the settings is not used: this host has a broker of its own.");
        console.Out.WriteLine();
    }

    private string Describe(TriggerBinding trigger) => trigger switch
    {
        HttpBinding http => $"[{Methods(http)}] {address.BaseUrl}{FunctionRoute.Path(files.HostJson, http)}",
        TimerBinding timer => $"{timer.Kind} '{timer.Schedule}'",
        ServiceBusBinding bus => $"{bus.Kind} '{bus.Entity}'",
        _ => trigger.Kind,
    };

    private static string Methods(HttpBinding http) => http.Methods.Count == 0 ? "any method" : string.Join(",", http.Methods);
}
