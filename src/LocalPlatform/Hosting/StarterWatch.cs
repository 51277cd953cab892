using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Hosting;

/// <summary>
/// Ends the app when the process that started it has gone, where the app is told to. <c>dotnet run</c> tells it, by an argument in the
/// app's project: it hands a signal on, but killed outright it would leave the app behind. On Windows it takes its app along by itself.
/// </summary>
internal sealed partial class StarterWatch(IConfiguration configuration, IHostApplicationLifetime lifetime, HostLog log, TimeProvider time)
    : BackgroundService
{
    public const string Setting = "LocalPlatform:EndsWithStarter";

    // Soon enough for whoever starts the next shop at the same address, and too seldom to be measured.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = log.For<StarterWatch>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (OperatingSystem.IsWindows() || !configuration.GetValue<bool>(Setting))
            return;
        // Whoever loses the parent gets another one, so that an id given anew is no matter.
        var starter = ParentId();
        using var timer = new PeriodicTimer(Interval, time);
        while (ParentId() == starter)
        {
            if (!await timer.WaitForNextTickAsync(stoppingToken))
                return;
        }
        StarterGone(starter);
        lifetime.StopApplication();
    }

    [DllImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ParentId();

    [LoggerMessage(1, LogLevel.Warning, "What started this app, process {Process}, has gone; the app ends, too")]
    private partial void StarterGone(int process);
}
