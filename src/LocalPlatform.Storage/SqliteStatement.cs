using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace LocalPlatform.Storage;

/// <summary>
/// A prepared statement, bound by position and read row by row without anything in between: a command object a call would cost more
/// than most of the statements that the platform runs.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private const int StackBytesMax = 512;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    // SQLite counts parameters as it meets them in the text; this says which argument each of them stands for.
    private readonly int[] _argumentOfParameter;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement), database);
        _argumentOfParameter = new int[raw.sqlite3_bind_parameter_count(_statement)];
        for (var i = 0; i < _argumentOfParameter.Length; i++)
        {
            var name = raw.sqlite3_bind_parameter_name(_statement, i + 1).utf8_to_string();
            _argumentOfParameter[i] = int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }

    /// <exception cref="ArgumentException">The statement names a parameter that has no argument, or the type cannot be stored.</exception>
    public void Bind(ReadOnlySpan<object?> arguments)
    {
        for (var i = 0; i < _argumentOfParameter.Length; i++)
        {
            if (_argumentOfParameter[i] >= arguments.Length)
                throw new ArgumentException($"Parameter @{_argumentOfParameter[i]} has no argument.", nameof(arguments));
            SqliteException.ThrowExceptionForRC(Bind(i + 1, arguments[_argumentOfParameter[i]]), _database);
        }
    }

    /// <summary>Goes on to the next row; false when there is none.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, _database);
        return false;
    }

    /// <summary>Ends the run, whatever it came to, so that the statement holds no lock and no value.</summary>
    public void Reset()
    {
        // The result repeats the failure of the last step, which has been thrown already.
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    /// <summary>Whether rows are being read from it.</summary>
    public bool IsRunning => raw.sqlite3_stmt_busy(_statement) != 0;

    public SqliteRow Row => new(_statement);

    public void Dispose() => _statement.Dispose();

    private int Bind(int index, object? value) => value switch
    {
        null or DBNull => raw.sqlite3_bind_null(_statement, index),
        string text => BindText(index, text),
        byte[] bytes => raw.sqlite3_bind_blob(_statement, index, bytes),
        ReadOnlyMemory<byte> bytes => raw.sqlite3_bind_blob(_statement, index, bytes.Span),
        long number => raw.sqlite3_bind_int64(_statement, index, number),
        int number => raw.sqlite3_bind_int64(_statement, index, number),
        short number => raw.sqlite3_bind_int64(_statement, index, number),
        byte number => raw.sqlite3_bind_int64(_statement, index, number),
        bool truth => raw.sqlite3_bind_int64(_statement, index, truth ? 1 : 0),
        double number => raw.sqlite3_bind_double(_statement, index, number),
        float number => raw.sqlite3_bind_double(_statement, index, number),
        _ => throw new ArgumentException($"A {value.GetType()} cannot be stored.", nameof(value)),
    };

    private int BindText(int index, string text)
    {
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var buffer = length <= StackBytesMax ? stackalloc byte[StackBytesMax] : rented = ArrayPool<byte>.Shared.Rent(length);
        var written = Encoding.UTF8.GetBytes(text, buffer);
        var result = raw.sqlite3_bind_text(_statement, index, buffer[..written]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return result;
    }
}

/// <summary>The current row of a query. Valid until the next one is read.</summary>
public readonly struct SqliteRow
{
    private readonly sqlite3_stmt _statement;

    internal SqliteRow(sqlite3_stmt statement) => _statement = statement;

    public bool IsDBNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => raw.sqlite3_column_int64(_statement, column);

    public int GetInt32(int column) => checked((int)raw.sqlite3_column_int64(_statement, column));

    public bool GetBoolean(int column) => raw.sqlite3_column_int64(_statement, column) != 0;

    public double GetDouble(int column) => raw.sqlite3_column_double(_statement, column);

    /// <summary>The text, or an empty one for null.</summary>
    public string GetString(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>A copy of the blob; empty for null.</summary>
    public byte[] GetBytes(int column) => raw.sqlite3_column_blob(_statement, column).ToArray();

    /// <summary>The blob itself, without a copy. Gone with the next row.</summary>
    public ReadOnlySpan<byte> GetSpan(int column) => raw.sqlite3_column_blob(_statement, column);
}
