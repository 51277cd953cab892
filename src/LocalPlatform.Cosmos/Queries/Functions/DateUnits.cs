namespace LocalPlatform.Cosmos.Queries.Functions;

internal enum DateUnit
{
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
}

/// <summary>Units of dates under their many names.</summary>
internal static class DateUnits
{
    private const long NanosecondsPerTick = 100;

    public static DateUnit? Find(string name) => name.ToUpperInvariant() switch
    {
        "YEAR" or "YYYY" or "YY" => DateUnit.Year,
        "MONTH" or "MM" or "M" => DateUnit.Month,
        "DAY" or "DD" or "D" => DateUnit.Day,
        "HOUR" or "HH" => DateUnit.Hour,
        "MINUTE" or "MI" or "N" => DateUnit.Minute,
        "SECOND" or "SS" or "S" => DateUnit.Second,
        "MILLISECOND" or "MS" => DateUnit.Millisecond,
        "MICROSECOND" or "MCS" => DateUnit.Microsecond,
        "NANOSECOND" or "NS" => DateUnit.Nanosecond,
        _ => null,
    };

    public static DateTimeOffset Add(DateUnit unit, long count, DateTimeOffset date) => unit switch
    {
        DateUnit.Year => date.AddYears((int)count),
        DateUnit.Month => date.AddMonths((int)count),
        DateUnit.Nanosecond => date.AddTicks(count / NanosecondsPerTick),
        _ => date.AddTicks(count * TicksOf(unit)),
    };

    /// <summary>How many boundaries of the unit lie before the date; differences of these count the boundaries between two dates.</summary>
    public static long Boundary(DateUnit unit, DateTimeOffset date) => unit switch
    {
        DateUnit.Year => date.Year,
        DateUnit.Month => (date.Year * 12L) + date.Month,
        DateUnit.Nanosecond => date.Ticks * NanosecondsPerTick,
        _ => date.Ticks / TicksOf(unit),
    };

    public static double Part(DateUnit unit, DateTimeOffset date)
    {
        var fraction = date.Ticks % TimeSpan.TicksPerSecond;
        return unit switch
        {
            DateUnit.Year => date.Year,
            DateUnit.Month => date.Month,
            DateUnit.Day => date.Day,
            DateUnit.Hour => date.Hour,
            DateUnit.Minute => date.Minute,
            DateUnit.Second => date.Second,
            DateUnit.Millisecond => fraction / TimeSpan.TicksPerMillisecond,
            DateUnit.Microsecond => fraction / TimeSpan.TicksPerMicrosecond,
            _ => fraction * NanosecondsPerTick,
        };
    }

    private static long TicksOf(DateUnit unit) => unit switch
    {
        DateUnit.Day => TimeSpan.TicksPerDay,
        DateUnit.Hour => TimeSpan.TicksPerHour,
        DateUnit.Minute => TimeSpan.TicksPerMinute,
        DateUnit.Second => TimeSpan.TicksPerSecond,
        DateUnit.Millisecond => TimeSpan.TicksPerMillisecond,
        _ => TimeSpan.TicksPerMicrosecond,
    };
}
