using System.Globalization;
using LocalPlatform.Cosmos.Queries.Sql;
using static LocalPlatform.Cosmos.Queries.Functions.SqlFunction;

namespace LocalPlatform.Cosmos.Queries.Functions;

/// <summary>
/// Functions on dates, which are ISO 8601 strings in UTC with seven fractional digits, on milliseconds since 1970 and on ticks
/// of 100 nanoseconds since 1970. The current ones are those of the query's start.
/// </summary>
internal static class DateFunctions
{
    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffffff'Z'";

    public static readonly SqlFunction[] All =
    [
        new("GETCURRENTDATETIME", 0, 0, (_, context) => Text(context.Now)),
        new("GETCURRENTDATETIMESTATIC", 0, 0, (_, context) => Text(context.Now)),
        new("GETCURRENTTIMESTAMP", 0, 0, (_, context) => SqlValue.Of(context.Now.ToUnixTimeMilliseconds())),
        new("GETCURRENTTIMESTAMPSTATIC", 0, 0, (_, context) => SqlValue.Of(context.Now.ToUnixTimeMilliseconds())),
        new("GETCURRENTTICKS", 0, 0, (_, context) => SqlValue.Of(Ticks(context.Now))),
        new("GETCURRENTTICKSSTATIC", 0, 0, (_, context) => SqlValue.Of(Ticks(context.Now))),
        Many("DATETIMEADD", 3, 3, a => WithUnit(a[0], unit => a[1].Kind == SqlKind.Number && Parse(a[2]) is { } date
            ? Add(unit, (long)a[1].Number, date) : SqlValue.Undefined)),
        Many("DATETIMEDIFF", 3, 3, a => WithUnit(a[0], unit => Parse(a[1]) is { } start && Parse(a[2]) is { } end
            ? SqlValue.Of(DateUnits.Boundary(unit, end) - DateUnits.Boundary(unit, start)) : SqlValue.Undefined)),
        Two("DATETIMEPART", (part, date) => WithUnit(part, unit => Parse(date) is { } value
            ? SqlValue.Of(DateUnits.Part(unit, value)) : SqlValue.Undefined)),
        Many("DATETIMEFROMPARTS", 3, 7, FromParts),
        One("DATETIMETOTICKS", v => Parse(v) is { } date ? SqlValue.Of(Ticks(date)) : SqlValue.Undefined),
        One("DATETIMETOTIMESTAMP", v => Parse(v) is { } date ? SqlValue.Of(date.ToUnixTimeMilliseconds()) : SqlValue.Undefined),
        One("TICKSTODATETIME", v => v.Kind == SqlKind.Number ? FromTicks(v.Number) : SqlValue.Undefined),
        One("TIMESTAMPTODATETIME", v => v.Kind == SqlKind.Number ? FromTicks(v.Number * TimeSpan.TicksPerMillisecond) : SqlValue.Undefined),
    ];

    private static SqlValue Text(DateTimeOffset date) => SqlValue.Of(date.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));

    private static long Ticks(DateTimeOffset date) => (date - DateTimeOffset.UnixEpoch).Ticks;

    private static DateTimeOffset? Parse(SqlValue value) =>
        value.Kind == SqlKind.String
        && DateTimeOffset.TryParse(
            value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date)
            ? date
            : null;

    private static SqlValue WithUnit(SqlValue name, Func<DateUnit, SqlValue> apply) =>
        name.Kind == SqlKind.String && DateUnits.Find(name.Text) is { } unit ? apply(unit) : SqlValue.Undefined;

    private static SqlValue Add(DateUnit unit, long count, DateTimeOffset date)
    {
        try
        {
            return Text(DateUnits.Add(unit, count, date));
        }
        catch (ArgumentOutOfRangeException)
        {
            return SqlValue.Undefined;
        }
    }

    private static SqlValue FromTicks(double ticks)
    {
        var distance = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks;
        return Math.Abs(ticks) > distance ? SqlValue.Undefined : Text(DateTimeOffset.UnixEpoch.AddTicks((long)ticks));
    }

    private static SqlValue FromParts(SqlValue[] a)
    {
        if (!Array.TrueForAll(a, v => v.Kind == SqlKind.Number))
            return SqlValue.Undefined;
        int At(int i) => i < a.Length ? (int)a[i].Number : 0;
        try
        {
            return Text(new DateTimeOffset(At(0), At(1), At(2), At(3), At(4), At(5), TimeSpan.Zero).AddTicks(At(6)));
        }
        catch (ArgumentOutOfRangeException)
        {
            return SqlValue.Undefined;
        }
    }
}
