using LocalPlatform.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

[assembly: WorkerExtensionStartup(typeof(PlatformStartup))]

namespace LocalPlatform.Hosting;

/// <summary>
/// The door: the worker calls this while an app makes its builder. Where a Functions host has started the app, nothing happens, or next to
/// nothing when it is the host below; where nobody has, the app gets its host here, in the same process.
/// </summary>
public sealed class PlatformStartup : WorkerExtensionStartup
{
    /// <inheritdoc />
    public override void Configure(IFunctionsWorkerApplicationBuilder applicationBuilder)
    {
        ArgumentNullException.ThrowIfNull(applicationBuilder);
        var services = applicationBuilder.Services;
        var context = services.Select(service => service.ImplementationInstance).OfType<HostBuilderContext>().First();
        var configuration = (IConfigurationManager)context.Configuration;
        if (!string.IsNullOrEmpty(configuration[WorkerSettings.HostEndpoint]))
        {
            WorkerStartup.Join(services, configuration);
            return;
        }
        StartProblem.TellUnhandled();
        StartProblem.OrEnd(() => Platform.Join(applicationBuilder, configuration));
    }
}
