using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace LocalPlatform.Storage;

/// <summary>
/// A SQLite file with one writer thread. Writes that wait while a commit is being flushed are committed together by the next
/// one, so that many share one fsync (group commit). A write completes only after its commit is on disk; each runs in a
/// savepoint of its own, so one that throws undoes itself alone. Reads run beside the writer (WAL) and see whole commits.
/// </summary>
public sealed class GroupCommitDatabase : IAsyncDisposable
{
    // Bounds the time a write can wait for its neighbours, and the size of the log between two commits.
    private const int WritesPerCommitMax = 1024;
    private const int CompletionPortion = 32;

    private readonly string _connectionString;
    private readonly SqliteSession _writer;
    private readonly LogCheckpointer _checkpointer;
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Whoever queues a write wakes the writer: by way of the pool it would wait for as long as all threads there are busy.
    private readonly Channel<DatabaseWrite> _queue = Channel.CreateUnbounded<DatabaseWrite>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly ConcurrentBag<SqliteSession> _idleReaders = [];
    private long _commits;
    private volatile bool _disposed;

    private GroupCommitDatabase(string path, string schema)
    {
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        _writer = new SqliteSession(_connectionString);
        _writer.ExecuteScript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864; "
            + "PRAGMA cache_size=-4000; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA busy_timeout=5000;");
        _writer.ExecuteScript(schema);
        _checkpointer = new LogCheckpointer(_writer, _connectionString);
        new Thread(WriteLoop) { IsBackground = true, Name = $"sqlite writer {Path.GetFileName(path)}" }.Start();
    }

    /// <summary>Commits made so far.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Opens or creates the file and brings it to <paramref name="schema"/> (idempotent DDL).</summary>
    /// <exception cref="DataUnusableException">There is something else than such a file.</exception>
    public static GroupCommitDatabase Open(string path, string schema)
    {
        try
        {
            return new(path, schema);
        }
        catch (SqliteException failure)
        {
            throw new DataUnusableException(
                $"The store '{path}' cannot be opened: {failure.Message} Move it away to begin with an empty one, or bring back a copy.",
                    failure);
        }
    }

    /// <summary>
    /// Queues <paramref name="work"/> for the writer thread. The task completes once the work's commit is durable; it faults with
    /// the exception of the work, whose changes are then undone. The work must not block or wait for another write.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work)
    {
        var write = new AwaitedWrite<T>(work);
        Write(write);
        return write.Task;
    }

    /// <summary>Queues a write that is told of its end by a call instead of a task.</summary>
    public void Write(DatabaseWrite write) => ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(write), this);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteSession> work) => WriteAsync(session =>
    {
        work(session);
        return true;
    });

    /// <summary>Runs <paramref name="work"/> on a reader connection, on the caller's thread.</summary>
    public T Read<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_idleReaders.TryTake(out var session))
            session = OpenReader();
        try
        {
            return work(session);
        }
        finally
        {
            if (_disposed)
                session.Dispose();
            else
                _idleReaders.Add(session);
        }
    }

    /// <summary>Finishes the queued writes, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.Writer.Complete();
        await _written.Task;
        while (_idleReaders.TryTake(out var session))
            session.Dispose();
        await _checkpointer.DisposeAsync();
        _writer.Dispose(); // The last connection to go: closing it moves the rest of the log into the file.
    }

    private SqliteSession OpenReader()
    {
        var session = new SqliteSession(_connectionString);
        session.ExecuteScript("PRAGMA query_only=ON; PRAGMA cache_size=-500; PRAGMA busy_timeout=5000;");
        return session;
    }

    private void WriteLoop()
    {
        while (WaitForWrites())
        {
            var group = new List<DatabaseWrite>();
            while (group.Count < WritesPerCommitMax && _queue.Reader.TryRead(out var write))
                group.Add(write);
            CommitGroup(group);
        }
        _written.SetResult();
    }

    private bool WaitForWrites()
    {
        var ready = _queue.Reader.WaitToReadAsync();
        return ready.IsCompleted ? ready.Result : ready.AsTask().GetAwaiter().GetResult();
    }

    private void CommitGroup(List<DatabaseWrite> group)
    {
        try
        {
            _writer.Execute("BEGIN IMMEDIATE");
            foreach (var write in group)
                RunInSavepoint(write);
            _writer.Execute("COMMIT");
            Interlocked.Increment(ref _commits);
        }
#pragma warning disable CA1031 // Every waiting caller must learn of it, whatever it was; the writer itself must live on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            TryRollback();
            foreach (var write in group)
                write.Failure ??= failure;
        }
        Complete(group);
        _checkpointer.AfterCommit();
    }

    private void RunInSavepoint(DatabaseWrite write)
    {
        _writer.Execute("SAVEPOINT work");
        if (!write.TryRun(_writer))
            _writer.Execute("ROLLBACK TO work");
        _writer.Execute("RELEASE work");
    }

    // Waking a thread costs more than most completions, so a portion of the group is completed by each.
    private static void Complete(List<DatabaseWrite> group)
    {
        for (var begin = 0; begin < group.Count; begin += CompletionPortion)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static portion =>
                {
                    for (var i = portion.Begin; i < Math.Min(portion.Begin + CompletionPortion, portion.Group.Count); i++)
                        portion.Group[i].Complete();
                },
                (Group: group, Begin: begin),
                preferLocal: false);
        }
    }

    private void TryRollback()
    {
        try
        {
            _writer.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // No transaction was open: BEGIN itself had failed.
        }
    }

    private sealed class AwaitedWrite<T>(Func<SqliteSession, T> work) : DatabaseWrite
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Task => _completion.Task;

        protected override void Run(SqliteSession session) => _result = work(session);

        protected internal override void Complete()
        {
            if (Failure is null)
                _completion.TrySetResult(_result!);
            else
                _completion.TrySetException(Failure);
        }
    }
}
