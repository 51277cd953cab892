using Microsoft.Data.Sqlite;

namespace LocalPlatform.Storage;

/// <summary>
/// Moves the write-ahead log into the database file. SQLite by itself does that inside the commit that fills the log, which then
/// takes a hundred times as long as the others; here a thread of its own copies beside the writer, and what came meanwhile, little,
/// is copied between two commits, so that the log can start over.
/// </summary>
internal sealed class LogCheckpointer(SqliteSession writer, string connectionString) : IAsyncDisposable
{
    // 16 MB: large enough that a page changed often is copied once for many changes, small enough to be read quickly at a start.
    private const int LogPagesMax = 4_000;

    private readonly SqliteSession _copier = new(connectionString);
    private Task _copying = Task.CompletedTask;
    private volatile bool _copied;
    private int _logPages;

    /// <summary>Looks at the log. Called by the writer thread after each commit.</summary>
    public void AfterCommit()
    {
        _logPages += writer.TakePagesWritten();
        if (_copied)
        {
            _copied = false;
            _logPages = 0;
            Checkpoint(writer);
        }
        else if (_logPages >= LogPagesMax && _copying.IsCompleted)
        {
            _copying = Task.Run(() =>
            {
                Checkpoint(_copier);
                _copied = true;
            });
        }
    }

    /// <summary>Waits for a copy under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _copying;
        _copier.Dispose();
    }

    private static void Checkpoint(SqliteSession session)
    {
        try
        {
            session.Execute("PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException)
        {
            // Nothing is lost: the log still has it, and the next checkpoint tries again. What is wrong with the disk shows in commits.
        }
    }
}
