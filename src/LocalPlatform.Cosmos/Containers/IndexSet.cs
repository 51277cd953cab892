using System.Text.Json;
using LocalPlatform.Cosmos.Values;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// A column of a document table that holds the order key of the value at one path. Its number names the column (<c>k1</c>).
/// Until it is filled, rows older than the column have nothing in it and no query may rely on it.
/// </summary>
internal sealed record IndexColumn(int Number, DocumentPath Path, bool IsFilled)
{
    public string Name => $"k{Number}";
}

/// <summary>An index over such columns, led by the partition key when it serves queries inside one partition.</summary>
internal sealed record ColumnIndex(string Name, bool LeadsWithPartitionKey, string[] Paths)
{
    /// <summary>Form in which the index is stored: its paths, a leading <c>#</c> for the partition key.</summary>
    public string Columns => string.Join('\n', LeadsWithPartitionKey ? Paths.Prepend("#") : Paths);

    public static ColumnIndex FromStored(string name, string columns)
    {
        var parts = columns.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new ColumnIndex(name, parts is ["#", ..], [.. parts.Where(part => part != "#")]);
    }

    /// <summary>
    /// Whether rows are wanted in the order of their numbers, which an index gives behind its last path only: with a further path all
    /// rows would be sorted anew for each page.
    /// </summary>
    public bool ByNumber { get; init; }

    /// <summary>Whether this index serves what the other would.</summary>
    public bool Covers(ColumnIndex other) =>
        LeadsWithPartitionKey == other.LeadsWithPartitionKey && Paths.AsSpan().StartsWith(other.Paths)
        && (Paths.Length == other.Paths.Length || (other.Paths.Length > 0 && !other.ByNumber));
}

/// <summary>The index columns and indexes of a container, and the statements that write a row with these columns. Immutable.</summary>
internal sealed class IndexSet
{
    public static readonly IndexSet Empty = new(0, [], []);

    // A policy may name any number; each makes a write dearer.
    private const int ColumnsMax = 16;

    public IndexSet(int containerNumber, IReadOnlyList<IndexColumn> columns, IReadOnlyList<ColumnIndex> indexes)
    {
        Columns = columns;
        Indexes = indexes;
        InsertSql =
            $"INSERT OR IGNORE INTO docs_{containerNumber}(rid, lsn, pk, id, ts, ttl, expires, body"
            + string.Concat(columns.Select(column => ", " + column.Name)) + ") VALUES(@0, @0, @1, @2, @3, @4, @5, @6"
            + string.Concat(columns.Select((_, i) => $", @{i + 7}")) + ")";
        UpdateSql = $"UPDATE docs_{containerNumber} SET lsn = @1, ts = @2, ttl = @3, expires = @4, body = @5 WHERE rid = @0";
        UpdateKeysSql = $"UPDATE docs_{containerNumber} SET {Join(", ", "=")} WHERE rid = @0 AND NOT ({Join(" AND ", "IS")})";

        string Join(string separator, string sign) =>
            string.Join(separator, columns.Select((column, i) => $"{column.Name} {sign} @{i + 1}"));
    }

    public IReadOnlyList<IndexColumn> Columns { get; }

    /// <summary>Indexes whose columns are filled.</summary>
    public IReadOnlyList<ColumnIndex> Indexes { get; }

    public string InsertSql { get; }

    public string UpdateSql { get; }

    /// <summary>
    /// Sets the keys of a row that has others. A statement of its own: one that names a column writes all indexes of that column, even if
    /// its value stays, and the keys of a document hardly ever change.
    /// </summary>
    public string UpdateKeysSql { get; }

    /// <summary>
    /// The columns of a new container: its documents have the keys of their id and of all paths that its policy names from the first one
    /// on, so that an index of them is a matter of one statement, and not of reading every document again.
    /// </summary>
    public static IndexSet Create(SqliteSession session, int containerNumber, ContainerDefinition definition)
    {
        List<IndexColumn> columns = [];
        foreach (var path in definition.Indexing.NamedPaths.Prepend(IndexingPolicy.IdPath).Take(ColumnsMax))
            columns.Add(AddColumn(session, containerNumber, columns.Count + 1, path, isFilled: true));
        return new IndexSet(containerNumber, columns, []);
    }

    /// <summary>Gives a container's table a column; with <paramref name="isFilled"/> there is nothing to fill.</summary>
    public static IndexColumn AddColumn(SqliteSession session, int containerNumber, int number, string path, bool isFilled)
    {
        var column = new IndexColumn(number, DocumentPath.Parse(path), isFilled);
        session.Execute($"ALTER TABLE docs_{containerNumber} ADD COLUMN {column.Name} BLOB");
        session.Execute("INSERT INTO index_columns VALUES(@0, @1, @2, @3)", containerNumber, number, path, isFilled);
        return column;
    }

    public static IndexSet Load(SqliteSession session, int containerNumber)
    {
        var columns = session.Query(
            "SELECT number, path, filled FROM index_columns WHERE container = @0 ORDER BY number",
            row => new IndexColumn(row.GetInt32(0), DocumentPath.Parse(row.GetString(1)), row.GetBoolean(2)),
            containerNumber);
        var indexes = session.Query(
            "SELECT name, columns FROM indexes WHERE container = @0 ORDER BY name",
            row => ColumnIndex.FromStored(row.GetString(0), row.GetString(1)),
            containerNumber);
        return new IndexSet(containerNumber, columns, indexes);
    }

    /// <summary>Whether an index is there that does what the wanted one would.</summary>
    public bool Serves(ColumnIndex wanted) => Indexes.Any(index => index.Covers(wanted));

    public IndexColumn? Column(string path)
    {
        foreach (var column in Columns)
            if (column.Path.Text == path)
                return column;
        return null;
    }

    /// <summary>The order keys of a document, in the order of the columns.</summary>
    public byte[]?[] KeysOf(JsonElement document)
    {
        if (Columns.Count == 0)
            return [];
        var keys = new byte[]?[Columns.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = OrderKey.Of(Columns[i].Path.Find(document));
        return keys;
    }
}
