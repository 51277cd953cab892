using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LocalPlatform.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalPlatform.Hosting;

/// <summary>
/// What a worker in a process of its own has of this platform, besides the settings that any host gives: an end when its host ends,
/// and a clock that may be off.
/// </summary>
internal static class WorkerStartup
{
    private const string HostProcess = "LocalPlatform:HostProcess";
    private const string ClockOffset = "LocalPlatform:ClockOffset";

    /// <summary>What the host tells a worker for this.</summary>
    public static Dictionary<string, string?> Settings(string workerId, WorkerGroups groups) => new()
    {
        [HostProcess] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        [ClockOffset] = WorkerGroups.IsFirst(workerId) ? groups.ClockOffset?.ToString() : null,
    };

    /// <summary>Nothing, in a worker of another host.</summary>
    public static void Join(IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetValue<int?>(HostProcess) is { } host)
            services.AddSingleton<IHostLifetime>(new WorkerLifetime(host));
        if (configuration.GetValue<TimeSpan?>(ClockOffset) is { } offset)
            services.AddSingleton<TimeProvider>(new OffsetClock(offset));
    }

    /// <summary>The worker runs until its host ends it, or is gone. Ctrl-C, which reaches both, is the host's affair.</summary>
    private sealed class WorkerLifetime(int hostProcess) : IHostLifetime, IDisposable
    {
        private PosixSignalRegistration? _interrupt;

        public Task WaitForStartAsync(CancellationToken cancellationToken)
        {
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
            _ = EndWithHostAsync();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _interrupt?.Dispose();

        private async Task EndWithHostAsync()
        {
            try
            {
                using var host = Process.GetProcessById(hostProcess);
                await host.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // It is gone already.
            }
            Environment.Exit(0);
        }
    }

    /// <summary>The system's clock, but ahead, or with a negative offset behind.</summary>
    private sealed class OffsetClock(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
    }
}
