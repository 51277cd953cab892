using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Hosting;

/// <summary>
/// The host's console. The app's own loggers lead to the host by the worker's protocol, as they do in Azure; what the host has to say
/// must not take that way, least of all when the worker is gone.
/// </summary>
internal sealed class HostLog : IDisposable
{
    public HostLog(IConfiguration configuration) => Factory = LoggerFactory.Create(logging => logging
        .AddConfiguration(configuration.GetSection("Logging"))
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
        }));

    public ILoggerFactory Factory { get; }

    public ILogger<T> For<T>() => Factory.CreateLogger<T>();

    public void Dispose() => Factory.Dispose();
}
