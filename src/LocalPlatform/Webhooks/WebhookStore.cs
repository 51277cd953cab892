using LocalPlatform.Storage;

namespace LocalPlatform.Webhooks;

/// <summary>A recorded delivery. Headers (JSON) and body are kept for the newest only.</summary>
public sealed record WebhookEvent(long Sequence, string Id, string Type, DateTimeOffset ReceivedAt, string? Headers, byte[]? Body);

/// <summary>What a receiver has seen, in numbers.</summary>
public sealed record WebhookSummary(
    long Accepted,
    long Duplicates,
    IReadOnlyDictionary<string, long> Rejected,
    IReadOnlyDictionary<string, long> Failed,
    IReadOnlyDictionary<string, long> ByType);

/// <summary>
/// What mock receivers recorded, in SQLite. Of each receiver the bodies of the newest 10,000 events and the ids of the newest
/// 1,000,000 are kept, so that duplicates are known for long and the file stays bounded.
/// </summary>
public sealed class WebhookStore : IAsyncDisposable
{
    private const int BodiesMax = 10_000;
    private const int IdsMax = 1_000_000;
    private const int TrimEvery = 500;
    private const string Duplicates = "duplicate";
    private const string ReasonPrefix = "rejected:";
    private const string FailurePrefix = "failed:";
    private const string TypePrefix = "type:";

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS event (
            receiver TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, received_at INTEGER NOT NULL,
            headers TEXT, body BLOB, PRIMARY KEY (receiver, sequence)) WITHOUT ROWID;
        CREATE UNIQUE INDEX IF NOT EXISTS event_id ON event (receiver, id);
        CREATE TABLE IF NOT EXISTS tally (
            receiver TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (receiver, what)) WITHOUT ROWID;
        """;

    private readonly GroupCommitDatabase _database;

    private WebhookStore(GroupCommitDatabase database) => _database = database;

    public static WebhookStore Open(string sqlitePath) => new(GroupCommitDatabase.Open(sqlitePath, Schema));

    /// <summary>Records a delivery; false when one with this id was recorded before.</summary>
    public Task<bool> RecordAsync(string receiver, string id, string type, DateTimeOffset at, string headers, byte[] body) =>
        _database.WriteAsync(session =>
        {
            var sequence = 1 + session.QueryFirst(
                "SELECT MAX(sequence) FROM event WHERE receiver = @0", row => row.IsDBNull(0) ? 0 : row.GetInt64(0), receiver);
            var isNew = session.Execute(
                "INSERT INTO event (receiver, sequence, id, type, received_at, headers, body) VALUES (@0, @1, @2, @3, @4, @5, @6) "
                + "ON CONFLICT (receiver, id) DO NOTHING",
                receiver, sequence, id, type, at.ToUnixTimeMilliseconds(), headers, body) == 1;
            Count(session, receiver, isNew ? TypePrefix + type : Duplicates);
            if (isNew && sequence % TrimEvery == 0)
                Trim(session, receiver, sequence);
            return isNew;
        });

    public Task CountRejectionAsync(string receiver, string reason) =>
        _database.WriteAsync(session => Count(session, receiver, ReasonPrefix + reason));

    public Task CountFailureAsync(string receiver, string how) =>
        _database.WriteAsync(session => Count(session, receiver, FailurePrefix + how));

    public WebhookSummary Summary(string receiver) => _database.Read(session =>
    {
        var tallies = session.Query(
            "SELECT what, count FROM tally WHERE receiver = @0 ORDER BY what",
            row => (What: row.GetString(0), Count: row.GetInt64(1)),
            receiver);
        var byType = Named(tallies, TypePrefix);
        return new WebhookSummary(
            byType.Values.Sum(),
            tallies.FirstOrDefault(t => t.What == Duplicates).Count,
            Named(tallies, ReasonPrefix),
            Named(tallies, FailurePrefix),
            byType);
    });

    /// <summary>Events in the order of their arrival, from behind <paramref name="afterSequence"/> on.</summary>
    public IReadOnlyList<WebhookEvent> Events(string receiver, long afterSequence, int limit) => _database.Read(session => session.Query(
        "SELECT sequence, id, type, received_at, headers, body FROM event WHERE receiver = @0 AND sequence > @1 ORDER BY sequence LIMIT @2",
        row => new WebhookEvent(
            row.GetInt64(0), row.GetString(1), row.GetString(2), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
            row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetBytes(5)),
        receiver, afterSequence, limit));

    /// <summary>Forgets everything about a receiver.</summary>
    public Task ClearAsync(string receiver) => _database.WriteAsync(session =>
    {
        session.Execute("DELETE FROM event WHERE receiver = @0", receiver);
        session.Execute("DELETE FROM tally WHERE receiver = @0", receiver);
    });

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private static void Count(SqliteSession session, string receiver, string what) => session.Execute(
        "INSERT INTO tally (receiver, what, count) VALUES (@0, @1, 1) ON CONFLICT (receiver, what) DO UPDATE SET count = count + 1",
        receiver, what);

    private static void Trim(SqliteSession session, string receiver, long newest)
    {
        session.Execute(
            "UPDATE event SET headers = NULL, body = NULL WHERE receiver = @0 AND sequence <= @1 AND sequence > @2 AND body IS NOT NULL",
            receiver, newest - BodiesMax, newest - BodiesMax - (2 * TrimEvery));
        session.Execute("DELETE FROM event WHERE receiver = @0 AND sequence <= @1", receiver, newest - IdsMax);
    }

    private static Dictionary<string, long> Named(List<(string What, long Count)> tallies, string prefix) => tallies
        .Where(t => t.What.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(t => t.What[prefix.Length..], t => t.Count);
}
