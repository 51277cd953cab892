using System.Collections.Concurrent;
using System.Diagnostics;
using LocalPlatform.Cosmos;
using LocalPlatform.Settings;
using LocalPlatform.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Hosting;

/// <summary>
/// The workers that are processes of their own: each is this very program once more, told by its environment whom it works for. One
/// that ends is started again, as the original does. What they need of this process is served to them over loopback.
/// </summary>
internal sealed partial class WorkerProcesses(
    WorkerGroups groups, WorkerServer server, HostFiles files, IConfiguration configuration, IServiceProvider services, TimeProvider time,
        HostLog log)
    : IAsyncDisposable
{
    // One that cannot start would else keep the machine busy with its attempts.
    private static readonly TimeSpan PauseBeforeRestart = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = log.For<WorkerProcesses>();
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _running = new(StringComparer.Ordinal);
    private CosmosListener? _cosmos;
    private Task _kept = Task.CompletedTask;

    /// <summary>The process ids of the workers that run, by worker.</summary>
    public IReadOnlyDictionary<string, int> Running => _running;

    public async Task StartAsync(CancellationToken ct)
    {
        if (groups.Counts.Count == 0)
            return;
        if (services.GetService<CosmosStore>() is { } store)
            _cosmos = await CosmosListener.StartAsync(store, port: 0, ct);
        _kept = Task.WhenAll(groups.WorkerIds.Select(KeepAsync));
    }

    /// <summary>Ends the workers, who have nothing to do any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _kept;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_cosmos is not null)
            await _cosmos.DisposeAsync();
        _stop.Dispose();
    }

    private async Task KeepAsync(string workerId)
    {
        while (!_stop.IsCancellationRequested)
        {
            using var process = Process.Start(Command(workerId))!;
            _running[workerId] = process.Id;
            await process.WaitForExitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested)
                Ended(workerId, process.ExitCode);
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            _running.TryRemove(workerId, out _);
            await Task.Delay(PauseBeforeRestart, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>This program, with all of its settings in the environment, as the original tells them, and no address of its own.</summary>
    private ProcessStartInfo Command(string workerId)
    {
        var program = Environment.ProcessPath!;
        var command = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            command.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        var settings = configuration.AsEnumerable()
            .Concat(WorkerSettings.For(workerId, server.Address, files.Folder))
            .Concat(WorkerStartup.Settings(workerId, groups))
            .Append(KeyValuePair.Create(ConnectionSettings.Cosmos, _cosmos?.ConnectionString));
        foreach (var (name, value) in settings.Where(setting => setting.Value is not null))
            command.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        foreach (var address in (string[])["urls", "ASPNETCORE_URLS", "DOTNET_URLS"])
            command.Environment.Remove(address);
        return command;
    }

    [LoggerMessage(1, LogLevel.Warning, "Worker {Worker} ended with exit code {ExitCode}; it is started again")]
    private partial void Ended(string worker, int exitCode);
}
