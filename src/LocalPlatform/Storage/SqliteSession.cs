using Microsoft.Data.Sqlite;

namespace LocalPlatform.Storage;

/// <summary>
/// One SQLite connection with its prepared statements. Not thread safe: a session belongs to the writer thread or to one
/// reader at a time (<see cref="GroupCommitDatabase"/> sees to it). Parameters are positional: <c>@0</c>, <c>@1</c>, ...
/// </summary>
public sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    internal SqliteSession(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
    }

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> arguments) => Bind(sql, arguments).ExecuteNonQuery();

    /// <summary>The rows of a query, each mapped by <paramref name="map"/>. The reader is valid only inside the call.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> arguments)
    {
        var rows = new List<T>();
        using var reader = Bind(sql, arguments).ExecuteReader();
        while (reader.Read())
            rows.Add(map(reader));
        return rows;
    }

    /// <summary>The first row of a query, or <c>default</c> when there is none.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object?> arguments)
    {
        using var reader = Bind(sql, arguments).ExecuteReader();
        return reader.Read() ? map(reader) : default;
    }

    /// <summary>Hands the rows of a query to <paramref name="visit"/> one by one until it returns false.</summary>
    public void Visit(string sql, Func<SqliteDataReader, bool> visit, params ReadOnlySpan<object?> arguments)
    {
        using var reader = Bind(sql, arguments).ExecuteReader();
        while (reader.Read() && visit(reader))
        {
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

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> arguments)
    {
        if (!_commands.TryGetValue(sql, out var command))
            _commands[sql] = command = Prepare(sql, arguments.Length);
        for (var i = 0; i < arguments.Length; i++)
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        return command;
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The text is the platform's own; values travel as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < parameters; i++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"@{i}" });
        return command;
    }
}
