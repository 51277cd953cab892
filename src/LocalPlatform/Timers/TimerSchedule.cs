using System.Globalization;
using LocalPlatform.Hosting;
using NCrontab;

namespace LocalPlatform.Timers;

/// <summary>When a timer is due: a six-field NCRONTAB expression in UTC, or a fixed interval.</summary>
internal sealed class TimerSchedule
{
    private readonly CrontabSchedule? _cron;
    private readonly TimeSpan _interval;

    private readonly string _text;

    private TimerSchedule(string text, CrontabSchedule? cron, TimeSpan interval)
    {
        _text = text;
        _cron = cron;
        _interval = interval;
    }

    /// <exception cref="PlatformStartException">The text is neither form.</exception>
    public static TimerSchedule Parse(string text)
    {
        if (!text.Contains(' ', StringComparison.Ordinal)
            && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
            return new TimerSchedule(text, null, interval);
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        var cron = fields is 5 or 6
            ? CrontabSchedule.TryParse(text, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 })
            : null;
        return cron is null
            ? throw new PlatformStartException($"The schedule '{text}' is neither six NCRONTAB fields nor a time of the form HH:mm:ss.")
            : new TimerSchedule(text, cron, default);
    }

    /// <summary>The first occurrence after <paramref name="time"/>.</summary>
    public DateTime NextAfter(DateTime time) => _cron?.GetNextOccurrence(time) ?? time + _interval;

    /// <summary>The schedule as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>
    /// Whether occurrences lie less than a minute apart, as seen from <paramref name="time"/>. Such a schedule is not monitored.
    /// </summary>
    public bool IsFrequent(DateTime time)
    {
        var first = NextAfter(time);
        return NextAfter(first) - first < TimeSpan.FromMinutes(1);
    }
}
