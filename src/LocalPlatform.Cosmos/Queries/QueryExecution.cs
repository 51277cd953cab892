using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Access;
using LocalPlatform.Cosmos.Queries.Execution;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Cosmos.Sql;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Queries;

/// <summary>What one page of a query is asked for with.</summary>
internal sealed record QueryRequest(
    ContainerState Container,
    SqlQuery Query,
    IReadOnlyDictionary<string, SqlValue> Parameters,
    byte[]? PartitionKey,
    PartitionKeyFilter? Spread,
    ResumeFilter? Resume,
    QueryContinuation? Continuation,
    long Now);

/// <summary>Computes one page of a query inside one read transaction.</summary>
internal sealed class QueryExecution
{
    private readonly QueryRequest _request;
    private readonly AccessPath _access;
    private readonly QueryPage _page;
    private readonly int _offset;
    private readonly int _max;

    private int _emitted;
    private int _skipped;
    private OrderedRow? _last;
    private bool _hasMore;

    /// <exception cref="SqlException">A parameter of TOP, OFFSET or LIMIT is no number of rows.</exception>
    public QueryExecution(QueryRequest request, QueryPage page)
    {
        _page = page;
        _request = request;
        var window = request.Query.Window(request.Parameters);
        _offset = window.Offset ?? 0;
        _max = window.Max;
        _emitted = request.Continuation?.Emitted ?? 0;
        _skipped = request.Continuation is null ? 0 : _offset;
        _access = AccessPath.Find(new AccessRequest(
            request.Container, request.Query, request.Parameters, request.PartitionKey, request.Query.Count is null, request.Continuation, request.Now));
    }

    public AccessPath Access => _access;

    public int LoadedDocuments { get; private set; }

    public long LoadedBytes { get; private set; }

    public int Count => _page.Count;

    public string? Continuation => _hasMore && _last is not null
        ? new QueryContinuation(_emitted, _last.Position(_access.Order), _access.ImplicitPath).ToToken()
        : null;

    /// <summary>Reads what the page needs and returns its body.</summary>
    public ReadOnlyMemory<byte> Run(SqliteSession session)
    {
        if (_request.Query.Count is { } count)
            AddCount(session, count);
        else if (_access.IsOrdered)
            Visit(session, Emit);
        else
            EmitSorted(session);
        return _page.Complete();
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
        _page.Add(count, new SqlRow(SqlValue.Undefined, _request.Parameters, rows));
    }

    private void EmitSorted(SqliteSession session)
    {
        var rows = new List<OrderedRow>();
        Visit(session, row =>
        {
            rows.Add(row);
            return true;
        });
        rows.Sort((x, y) => _access.Order.Compare(x.Position(_access.Order), y.Position(_access.Order)));
        foreach (var row in rows)
            if (!Emit(row))
                return;
    }

    private void Visit(SqliteSession session, Func<OrderedRow, bool> visit) => session.Visit(
        _access.Sql,
        row =>
        {
            if (_request.Spread is { } spread && !spread.Includes(row.GetBytes(4)))
                return true;
            var document = DocumentTable.Map(row);
            LoadedDocuments++;
            LoadedBytes += document.Body.Length;
            return visit(new OrderedRow(document, _request.Container, _request.Parameters));
        },
        _access.Arguments);

    // Adds a row to the page unless it is left out; false when no further one is needed.
    private bool Emit(OrderedRow row)
    {
        var selection = _request.Query.Selection;
        if (IsBefore(row) || !Holds(row) || selection?.IsDefined(row.Value) == false)
            return true;
        if (_skipped < _offset)
        {
            _skipped++;
            return true;
        }
        if (_emitted >= _max)
            return false;
        if (_page.IsFull)
        {
            _hasMore = true;
            return false;
        }
        if (selection is null)
            _page.Add(row.Document, _request.Container);
        else
            _page.Add(selection, row.Value);
        _emitted++;
        _last = row;
        return _emitted < _max;
    }

    private bool Holds(OrderedRow row)
    {
        foreach (var conjunct in _access.Residual)
            if (!conjunct.Evaluate(row.Value).IsTrue)
                return false;
        return true;
    }

    // Whether the row lies before the place to resume at, or is the last one that the client has got.
    private bool IsBefore(OrderedRow row)
    {
        if (_request.Resume is { } resume && !resume.Allows(row.Position(_access.Order), _access.Order))
            return true;
        return _request.Continuation is { } continuation && _access.Order.Compare(row.Position(_access.Order), continuation.After) <= 0;
    }
}

/// <summary>A document read by a query, parsed only when something asks for its content.</summary>
internal sealed class OrderedRow(StoredDocument document, ContainerState container, IReadOnlyDictionary<string, SqlValue> parameters)
{
    private SqlRow? _value;
    private byte[]?[]? _keys;

    public StoredDocument Document { get; } = document;

    // Rows that are sorted outlive their turn, so the parsed form is left to the collector.
    public SqlRow Value => _value ??= new SqlRow(SqlValue.Of(JsonText.ParseStored(Document.Render(container)).RootElement), parameters);

    public OrderedPosition Position(QueryOrder order) => new(_keys ??= order.IsByNumber ? [] : order.KeysOf(Value), Document.Rid);
}
