using System.Diagnostics;
using Commerce.Load.Data;

namespace Commerce.Load.Measuring;

/// <summary>What the shop's process used during the measurement. CPU time holds on a busy machine, where throughput does not.</summary>
/// <param name="CpuMsPerRequest">CPU time of all its threads, whatever they did, by request sent.</param>
/// <param name="WorkingSetMb">Resident memory at the end, in units of 1,048,576 bytes.</param>
internal sealed record ServerUse(double CpuMsPerRequest, double WorkingSetMb);

/// <summary>The shop's process, when it runs on the same machine.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;
    private TimeSpan _cpuAtBegin;

    /// <exception cref="InputException">No process of that id.</exception>
    public ServerProcess(int processId)
    {
        try
        {
            _process = Process.GetProcessById(processId);
        }
        catch (ArgumentException)
        {
            throw new InputException($"--pid {processId}: no such process");
        }
    }

    public void Begin() => _cpuAtBegin = Cpu();

    public ServerUse End(long requests)
    {
        var used = Cpu() - _cpuAtBegin;
        return new ServerUse(Math.Round(used.TotalMilliseconds / Math.Max(requests, 1), 4),
            Math.Round(_process.WorkingSet64 / 1048576.0, 1));
    }

    public void Dispose() => _process.Dispose();

    private TimeSpan Cpu()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }
}
