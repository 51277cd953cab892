using LocalPlatform.Cosmos.Containers;
using LocalPlatform.Cosmos.Feeds;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Cosmos.Values;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>Computes one page of a query inside one read transaction.</summary>
internal sealed class QueryExecution
{
    private readonly ContainerState _container;
    private readonly QueryBody _body;
    private readonly FeedTarget _target;
    private readonly QueryContinuation? _continuation;
    private readonly DocumentPage _page;
    private readonly AccessPath _access;

    private int _emitted;
    private int _skipped;
    private QueryRow? _last;
    private bool _hasMore;

    public QueryExecution(
        ContainerState container, QueryBody body, FeedTarget target, QueryContinuation? continuation, DocumentPage page, long now)
    {
        _container = container;
        _body = body;
        _target = target;
        _continuation = continuation;
        _page = page;
        _emitted = continuation?.Emitted ?? 0;
        _skipped = continuation is null ? 0 : Offset;
        _access = AccessPath.Find(new AccessRequest(container, body.Query, body.Parameters, target.PartitionKey, continuation, now));
    }

    /// <summary>The index that would serve the query best; null when it needs none.</summary>
    public ColumnIndex? Wanted => _access.Wanted;

    /// <summary>Whether no index leads it to its rows.</summary>
    public bool IsScan => _access.IsScan;

    public int LoadedDocuments { get; private set; }

    public long LoadedBytes { get; private set; }

    /// <summary>Where the next page goes on; null after the last one.</summary>
    public string? Continuation => _hasMore && _last is not null
        ? new QueryContinuation(_emitted, _last.Position(_access.Order), _access.ImplicitPath).ToToken()
        : null;

    private int Offset => _body.Window.Offset ?? 0;

    /// <summary>Reads what the page needs; answers how many rows it has.</summary>
    public int Run(SqliteSession session)
    {
        if (_body.Query.Count is { } count)
            AddCount(session, count);
        else if (_access.IsOrdered)
            Visit(session, Emit);
        else
            EmitSorted(session);
        return _page.Count;
    }

    private void AddCount(SqliteSession session, CountProjection count)
    {
        var rows = 0;
        Visit(session, row =>
        {
            // Most often a constant is counted, which needs nothing of the document.
            if (Holds(row) && (count.Counted.IsConstant || count.Counted.Evaluate(row.Value).IsDefined))
                rows++;
            return true;
        });
        Add(count, new SqlRow(SqlValue.Undefined, _body.Parameters, rows));
    }

    // All rows are read for each page until there is an index; kept are those alone that the page can hold, and one to tell of more.
    private void EmitSorted(SqliteSession session)
    {
        var order = _access.Order;
        var keptMax = Math.Min(_skipped < Offset ? (long)Offset + _page.CountMax : _page.CountMax, int.MaxValue - 1) + 1;
        var kept = new PriorityQueue<QueryRow, OrderedPosition>(Comparer<OrderedPosition>.Create((x, y) => order.Compare(y, x)));
        Visit(session, row =>
        {
            if (!IsWanted(row))
                return true;
            if (kept.Count < keptMax)
                kept.Enqueue(row, row.Position(order));
            else
                kept.EnqueueDequeue(row, row.Position(order));
            return true;
        });
        var rows = new QueryRow[kept.Count];
        for (var i = rows.Length - 1; i >= 0; i--)
            rows[i] = kept.Dequeue();
        foreach (var row in rows)
            if (!Take(row))
                return;
    }

    private void Visit(SqliteSession session, Func<QueryRow, bool> visit) => session.Visit(
        _access.Sql,
        row =>
        {
            if (_target.Span is not null && !_target.Includes(row.GetBytes(4)))
                return true;
            var document = DocumentTable.Map(row);
            LoadedDocuments++;
            LoadedBytes += document.Body.Length;
            return visit(new QueryRow(document, _container, _body.Parameters));
        },
        _access.Arguments);

    // Adds a row to the page unless it is left out; false when no further one is needed.
    private bool Emit(QueryRow row) => !IsWanted(row) || Take(row);

    private bool IsWanted(QueryRow row) => !IsBefore(row) && Holds(row) && _body.Query.Selection?.IsDefined(row.Value) != false;

    private bool Take(QueryRow row)
    {
        if (_skipped < Offset)
        {
            _skipped++;
            return true;
        }
        if (_emitted >= _body.Window.Max)
            return false;
        if (_page.IsFull)
        {
            _hasMore = true;
            return false;
        }
        if (_body.Query.Selection is { } selection)
            Add(selection, row.Value);
        else
            _page.Add(row.Document);
        _emitted++;
        _last = row;
        return _emitted < _body.Window.Max;
    }

    private void Add(Projection selection, SqlRow row) =>
        _page.Add(JsonText.Write((selection, row), static (writer, x) => x.selection.TryWrite(writer, null, x.row)));

    private bool Holds(QueryRow row)
    {
        foreach (var conjunct in _access.Residual)
            if (!conjunct.Evaluate(row.Value).IsTrue)
                return false;
        return true;
    }

    // Whether the row lies before the place to resume at, or is the last one that the client has got.
    private bool IsBefore(QueryRow row)
    {
        if (_body.Resume is { } resume && !resume.Allows(row.Position(_access.Order), _access.Order))
            return true;
        return _continuation is not null && _access.Order.Compare(row.Position(_access.Order), _continuation.After) <= 0;
    }
}

/// <summary>A document read by a query, parsed only when something asks for its content.</summary>
internal sealed class QueryRow(StoredDocument document, ContainerState container, IReadOnlyDictionary<string, SqlValue> parameters)
{
    private SqlRow? _value;
    private byte[]?[]? _keys;

    public StoredDocument Document { get; } = document;

    // Rows that are sorted outlive their turn, so the parsed form is left to the collector.
    public SqlRow Value => _value ??= new SqlRow(SqlValue.Of(JsonText.ParseStored(Document.Render(container)).RootElement), parameters);

    public OrderedPosition Position(QueryOrder order) => new(_keys ??= order.IsByNumber ? [] : order.KeysOf(Value), Document.Rid);
}
