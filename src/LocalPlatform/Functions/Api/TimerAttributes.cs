namespace Microsoft.Azure.Functions.Worker;

/// <summary>The function runs on a schedule.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    /// <summary>Six NCRONTAB fields (seconds first, UTC), or a <see cref="TimeSpan"/> such as <c>00:05:00</c>.</summary>
    public string Schedule { get; private set; } = schedule;

    /// <summary>Keeps the schedule over restarts, so that a missed run is made up for. Ignored for intervals under a minute.</summary>
    public bool UseMonitor { get; set; } = true;

    /// <summary>Also run when the host starts.</summary>
    public bool RunOnStartup { get; set; }
}

/// <summary>What a timer function is told about its schedule.</summary>
public class TimerInfo
{
    /// <summary>Last and next occurrence; null when the schedule is not monitored.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>The run comes later than it was due.</summary>
    public bool IsPastDue { get; set; }
}

/// <summary>Occurrences of a schedule, UTC.</summary>
public class ScheduleStatus
{
    /// <summary>The last occurrence.</summary>
    public DateTime Last { get; set; }

    /// <summary>The occurrence that is expected next.</summary>
    public DateTime Next { get; set; }

    /// <summary>When this record was written.</summary>
    public DateTime LastUpdated { get; set; }
}
