using System.Globalization;
using LocalPlatform.Storage;

namespace LocalPlatform.Hosting;

/// <summary>What the host itself remembers: the schedules of its timers, and whether the store was seeded.</summary>
internal sealed class HostStore : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS timer (
            name TEXT PRIMARY KEY COLLATE NOCASE, last TEXT NOT NULL, next TEXT NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS marker (name TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID;
        """;

    private readonly GroupCommitDatabase _database;

    public HostStore(string path) => _database = GroupCommitDatabase.Open(path, Schema);

    public TimerStatus? FindSchedule(string timer) => _database.Read(session => session.QueryFirst(
        "SELECT last, next, updated FROM timer WHERE name = @0",
        row => new TimerStatus(Time(row.GetString(0)), Time(row.GetString(1)), Time(row.GetString(2))),
        timer));

    public Task SaveScheduleAsync(string timer, TimerStatus status) => _database.WriteAsync(session => session.Execute(
        "INSERT INTO timer (name, last, next, updated) VALUES (@0, @1, @2, @3) "
        + "ON CONFLICT (name) DO UPDATE SET last = excluded.last, next = excluded.next, updated = excluded.updated",
        timer, Text(status.Last), Text(status.Next), Text(status.LastUpdated)));

    public bool IsMarked(string name) =>
        _database.Read(session => session.QueryFirst("SELECT 1 FROM marker WHERE name = @0", row => row.GetInt32(0), name)) == 1;

    public Task MarkAsync(string name, DateTimeOffset at) => _database.WriteAsync(session =>
        session.Execute("INSERT INTO marker (name, at) VALUES (@0, @1) ON CONFLICT DO NOTHING", name, Text(at.UtcDateTime)));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static string Text(DateTime time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}

/// <summary>Where a timer's schedule stands, under the names that the worker reads; UTC.</summary>
/// <param name="Last">The last occurrence that was run or made up for.</param>
/// <param name="Next">The occurrence that comes next.</param>
/// <param name="LastUpdated">When this was noted.</param>
internal sealed record TimerStatus(DateTime Last, DateTime Next, DateTime LastUpdated);
