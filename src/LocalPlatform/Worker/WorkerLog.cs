using LocalPlatform.Worker.Rpc;
using Microsoft.Extensions.Logging;

namespace LocalPlatform.Worker;

/// <summary>What the worker and the app log, as lines of the host's console.</summary>
internal sealed class WorkerLog(ILoggerFactory loggers)
{
    // What .NET's own host logs of a start that failed, with a long stack; it is told on standard error.
    private const string StartFailed = "HostedServiceStartupFaulted";

    private static readonly EventId NoEvent = new(0);

    public void Write(RpcLog log)
    {
        if (log.EventId == StartFailed)
            return;
        var level = (LogLevel)log.Level;
        var logger = loggers.CreateLogger(log.Category.Length > 0 ? log.Category : "Worker");
        if (logger.IsEnabled(level))
            logger.Log(level, NoEvent, log, null, static (log, _) => Text(log));
    }

    /// <summary>The worker puts all of an exception into its message, the stack included.</summary>
    private static string Text(RpcLog log) =>
        log.Exception is { } failure ? $"{log.Message}{Environment.NewLine}{failure.Message}" : log.Message;
}
