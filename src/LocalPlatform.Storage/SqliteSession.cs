using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LocalPlatform.Storage;

/// <summary>
/// One SQLite connection with its prepared statements. Not thread safe: a session belongs to the writer thread or to one
/// reader at a time (<see cref="GroupCommitDatabase"/> sees to it). Parameters are called by the position of their argument:
/// <c>@0</c>, <c>@1</c>, ... A statement must not be run again from inside its own rows.
/// </summary>
public sealed class SqliteSession : IDisposable
{
    // Texts are few, but some vary with what a caller asks for (the length of a list); these must not pile up.
    private const int StatementsMax = 1000;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = [];

    internal SqliteSession(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _database = _connection.Handle!;
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> arguments)
    {
        var statement = Begin(sql, arguments);
        try
        {
            while (statement.Step())
            {
            }
            return raw.sqlite3_changes(_database);
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The rows of a query, each mapped by <paramref name="map"/>.</summary>
    public List<T> Query<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> arguments)
    {
        var rows = new List<T>();
        var statement = Begin(sql, arguments);
        try
        {
            while (statement.Step())
                rows.Add(map(statement.Row));
            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The first row of a query, or <c>default</c> when there is none.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteRow, T> map, params ReadOnlySpan<object?> arguments)
    {
        var statement = Begin(sql, arguments);
        try
        {
            return statement.Step() ? map(statement.Row) : default;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Hands the rows of a query to <paramref name="visit"/> one by one until it returns false.</summary>
    public void Visit(string sql, Func<SqliteRow, bool> visit, params ReadOnlySpan<object?> arguments)
    {
        var statement = Begin(sql, arguments);
        try
        {
            while (statement.Step() && visit(statement.Row))
            {
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Runs text that is executed once and not worth preparing, such as a schema or a pragma.</summary>
    internal void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The text is the platform's own, never a caller's.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Pages written to the log since the last call.</summary>
    internal int TakePagesWritten()
    {
        _ = raw.sqlite3_db_status(_database, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var pages, out _, 1);
        return pages;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private SqliteStatement Begin(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            if (_statements.Count >= StatementsMax)
                ForgetIdleStatements();
            _statements[sql] = statement = new SqliteStatement(_database, sql);
        }
        statement.Bind(arguments);
        return statement;
    }

    private void ForgetIdleStatements()
    {
        foreach (var (sql, statement) in _statements.Where(entry => !entry.Value.IsRunning).ToList())
        {
            _statements.Remove(sql);
            statement.Dispose();
        }
    }
}
