using System.Collections.Concurrent;
using System.Threading.Channels;
using LocalPlatform.Cosmos.Values;
using LocalPlatform.Storage;
using Microsoft.Data.Sqlite;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// Builds the indexes that queries ask for, in the background and in small writes. A query whose index is made of columns that are there
/// waits for it; one that has no index yet for longer reads more rows and is answered all the same.
/// </summary>
internal sealed class IndexBuilder : IAsyncDisposable
{
    // Each index makes writes dearer; containers of an ordinary application need a handful.
    private const int IndexesMax = 16;
    private const int RowsPerWrite = 500;

    private readonly DocumentStore _store;
    private readonly int _threshold;
    private readonly Channel<(ContainerState Container, ColumnIndex Index)> _queue =
        Channel.CreateUnbounded<(ContainerState, ColumnIndex)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<(int Container, string Columns), TaskCompletionSource> _requested = [];
    private readonly Task _loop;
    private int _pending;

    /// <param name="store">Where the indexes are built.</param>
    /// <param name="threshold">Documents a container must hold before it gets an index.</param>
    public IndexBuilder(DocumentStore store, int threshold)
    {
        _store = store;
        _threshold = threshold;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Whether nothing is left to build.</summary>
    public bool IsIdle => Volatile.Read(ref _pending) == 0;

    /// <summary>
    /// Asks for an index unless one that covers it is there. It is waited for where its columns are filled and it is made in one statement:
    /// the query is better planned anew than to read everything, and many at once most of all.
    /// </summary>
    public async ValueTask<IndexState> RequestAsync(ContainerState container, ColumnIndex wanted)
    {
        var indexes = container.Indexes;
        if (indexes.Serves(wanted))
            return IndexState.NotNeeded;
        if (!_requested.TryGetValue((container.Number, wanted.Columns), out var built))
        {
            if (!_store.Read(container, session => container.Documents.HoldsAtLeast(session, _threshold)))
                return IndexState.NotNeeded;
            if (indexes.Indexes.Count >= IndexesMax)
                return IndexState.Missing;
            built = Enqueue(container, wanted);
        }
        if (!built.Task.IsCompleted && !Array.TrueForAll(wanted.Paths, path => indexes.Column(path) is { IsFilled: true }))
            return IndexState.Missing;
        await built.Task;
        return container.Indexes.Serves(wanted) ? IndexState.Made : IndexState.Missing;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        foreach (var built in _requested.Values)
            built.TrySetResult();
    }

    private TaskCompletionSource Enqueue(ContainerState container, ColumnIndex wanted)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var built = _requested.GetOrAdd((container.Number, wanted.Columns), mine);
        if (built != mine)
            return built;
        Interlocked.Increment(ref _pending);
        if (!_queue.Writer.TryWrite((container, wanted)))
        {
            Interlocked.Decrement(ref _pending);
            built.TrySetResult();
        }
        return built;
    }

    private async Task RunAsync()
    {
        await foreach (var (container, wanted) in _queue.Reader.ReadAllAsync())
        {
            try
            {
                // After the store began to close, what is still queued is left for a later start to ask for again.
                if (!_queue.Reader.Completion.IsCompleted)
                    await BuildAsync(container, wanted);
            }
            catch (ContainerDeletedException)
            {
                // So have its queries.
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SqliteException)
            {
                // A full disk, say. The queries do without; what memory knows must be what the file holds.
                container.Indexes = _store.Read(session => IndexSet.Load(session, container.Number));
            }
            finally
            {
                Interlocked.Decrement(ref _pending);
                _requested[(container.Number, wanted.Columns)].TrySetResult();
            }
        }
    }

    private async Task BuildAsync(ContainerState container, ColumnIndex wanted)
    {
        foreach (var path in wanted.Paths)
        {
            var column = container.Indexes.Column(path)
                ?? await _store.WriteAsync(container, session => AddColumn(session, container, path));
            if (!column.IsFilled)
                await FillAsync(container, column);
        }
        var index = await _store.WriteAsync(container, session => CreateIndex(session, container, wanted));
        // Readers may use it only now that it is committed.
        var indexes = container.Indexes;
        container.Indexes = new IndexSet(container.Number, indexes.Columns, [.. indexes.Indexes, index]);
    }

    private static IndexColumn AddColumn(SqliteSession session, ContainerState container, string path)
    {
        var indexes = container.Indexes;
        var column = IndexSet.AddColumn(session, container.Number, indexes.Columns.Count + 1, path, isFilled: false);
        container.Indexes = new IndexSet(container.Number, [.. indexes.Columns, column], indexes.Indexes);
        return column;
    }

    // Writes from now on fill the column themselves; this catches up with the rows before.
    private async Task FillAsync(ContainerState container, IndexColumn column)
    {
        for (long? after = -1; after is { } from;)
            after = await _store.WriteAsync(container, session => FillSome(session, container, column, from));
        var indexes = container.Indexes;
        var columns = indexes.Columns.Select(other => other.Number == column.Number ? other with { IsFilled = true } : other);
        container.Indexes = new IndexSet(container.Number, [.. columns], indexes.Indexes);
    }

    // Answers the number of the last row that was filled, or null when it was the last of all.
    private static long? FillSome(SqliteSession session, ContainerState container, IndexColumn column, long after)
    {
        var rows = session.Query(
            $"SELECT rid, body FROM docs_{container.Number} WHERE rid > @0 ORDER BY rid LIMIT @1",
            row => (Rid: row.GetInt64(0), Body: row.GetBytes(1)),
            after,
            RowsPerWrite);
        foreach (var (rid, body) in rows)
        {
            using var document = JsonText.ParseStored(body);
            if (OrderKey.Of(column.Path.Find(document.RootElement)) is { } key)
                session.Execute($"UPDATE docs_{container.Number} SET {column.Name} = @0 WHERE rid = @1", key, rid);
        }
        if (rows.Count == RowsPerWrite)
            return rows[^1].Rid;
        session.Execute("UPDATE index_columns SET filled = 1 WHERE container = @0 AND number = @1", container.Number, column.Number);
        return null;
    }

    private static ColumnIndex CreateIndex(SqliteSession session, ContainerState container, ColumnIndex wanted)
    {
        var indexes = container.Indexes;
        var index = wanted with { Name = $"docs_{container.Number}_i{indexes.Indexes.Count + 1}" };
        var columns = index.Paths.Select(path => indexes.Column(path)!.Name);
        if (index.LeadsWithPartitionKey)
            columns = columns.Prepend("pk");
        session.Execute($"CREATE INDEX {index.Name} ON docs_{container.Number}({string.Join(", ", columns)})");
        session.Execute("INSERT INTO indexes VALUES(@0, @1, @2)", container.Number, index.Name, index.Columns);
        return index;
    }
}

/// <summary>What a query can expect of the index that would serve it best.</summary>
internal enum IndexState
{
    /// <summary>It was there when the query was planned, or the container is too small for one.</summary>
    NotNeeded,

    /// <summary>It is there by now: the query is better planned anew.</summary>
    Made,

    /// <summary>It is not there, or not yet.</summary>
    Missing,
}
