using LocalPlatform.Cosmos.Items;
using LocalPlatform.Cosmos.Queries.Sql;
using LocalPlatform.Cosmos.Resources;
using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Queries.Execution;

/// <summary>What one page of a query is asked for with.</summary>
internal sealed record QueryRequest(
    ContainerState Container,
    PreparedQuery Prepared,
    SqlContext Context,
    byte[]? PartitionKey,
    PartitionKeyFilter? Spread,
    ResumeFilter? Resume,
    QueryContinuation? Continuation,
    long Now);

/// <summary>Computes one page of a query inside one read transaction.</summary>
internal sealed class QueryExecution
{
    private readonly QueryRequest _request;
    private readonly SqlScope _scope;
    private readonly AccessPath _access;
    private readonly QueryPage _page;
    private readonly int _offset;
    private readonly int _limit;
    private readonly string _alias;
    private readonly bool _isWholeDocument;
    private readonly QueryShape? _derived;

    private int _emitted;
    private int _skipped;
    private OrderedRow? _last;
    private int _rowsOfLast;
    private bool _hasMore;

    public QueryExecution(QueryRequest request, QueryPage page)
    {
        _page = page;
        _request = request;
        var query = request.Prepared.Query;
        _scope = new SqlScope(request.Context);
        _alias = RootAlias(query);
        _offset = query.Offset is null ? 0 : SubqueryRun.Count(query.Offset, _scope);
        _limit = Math.Min(
            query.Limit is null ? int.MaxValue : SubqueryRun.Count(query.Limit, _scope),
            query.Select.Top is null ? int.MaxValue : SubqueryRun.Count(query.Select.Top, _scope));
        _isWholeDocument = query.Select.IsStar && query.From[0].Source is null;
        _derived = query.From is [{ Source: SubqueryExpression derived }, ..] ? QueryShape.Of(derived.Query) : null;
        _emitted = request.Continuation?.Emitted ?? 0;
        _skipped = request.Continuation is null ? 0 : _offset;
        _access = AccessPath.Find(new AccessRequest(
            request.Container, query, _alias, _scope, request.PartitionKey, !IsBuffered, request.Continuation, request.Now));
    }

    public AccessPath Access => _access;

    public int LoadedDocuments { get; private set; }

    public long LoadedBytes { get; private set; }

    public int Count => _page.Count;

    public string? Continuation { get; private set; }

    // Groups and distinct values are known only when all rows have been seen.
    private bool IsBuffered => _derived is not null || _request.Prepared.Shape.IsGrouped || _request.Prepared.Query.Select.Distinct;

    /// <summary>Reads what the page needs and returns its body.</summary>
    public ReadOnlyMemory<byte> Run(SqliteSession session)
    {
        if (_request.Prepared.Query.From.Count == 0)
            PageOf(SubqueryRun.Values(_request.Prepared.Shape, _scope));
        else if (_derived is not null)
            PageOf(SubqueryRun.All(_request.Prepared.Shape, _scope, DerivedValues(session)));
        else if (_request.Prepared.Shape.IsGrouped)
            RunGrouped(session);
        else if (_request.Prepared.Query.Select.Distinct)
            PageOf(DistinctValues(session));
        else if (_access.IsOrdered)
            Visit(session, Emit);
        else
            RunSorted(session);
        if (_hasMore)
            Continuation = NextContinuation().ToToken();
        return _page.Complete();
    }

    private static string RootAlias(SqlQuery query)
    {
        if (query.From.Count == 0)
            return "";
        var first = query.From[0];
        if (first.Source is SubqueryExpression derived)
            return RootAlias(derived.Query);
        return first.Source is null
            ? first.Alias
            : first.Source.SelfAndDescendants().OfType<AliasExpression>().First().Name;
    }

    private void RunGrouped(SqliteSession session)
    {
        var groups = new Grouping(_request.Prepared.Shape, _scope);
        Visit(session, row =>
        {
            foreach (var scope in Rows(row))
                groups.Add(scope);
            return true;
        });
        var results = groups.Results();
        PageOf(_request.Prepared.Query.Select.Distinct ? results.DistinctBy(value => value.ToIdentity()) : results);
    }

    // FROM (SELECT ..): the inner query ranges over the whole container before the outer one sees anything.
    private IEnumerable<SqlValue> DerivedValues(SqliteSession session)
    {
        var rows = new List<SqlValue>();
        Visit(session, row =>
        {
            rows.Add(row.Scope.Find(_alias));
            return true;
        });
        return SubqueryRun.Values(_derived!, _scope, rows);
    }

    private IEnumerable<SqlValue> DistinctValues(SqliteSession session)
    {
        var seen = new HashSet<string>();
        var values = new List<(byte[]?[] Keys, SqlValue Value)>();
        var order = new QueryOrder(_request.Prepared.Query.OrderBy);
        Visit(session, row =>
        {
            foreach (var scope in Rows(row))
            {
                var value = _request.Prepared.Shape.Project(scope);
                if (value.IsDefined && seen.Add(value.ToIdentity()))
                    values.Add((order.KeysOf(scope), value));
            }
            return true;
        });
        if (!order.IsByNumber)
            values = [.. values.Order(Comparer<(byte[]?[] Keys, SqlValue)>.Create((x, y) => order.CompareKeys(x.Keys, y.Keys)))];
        return values.Select(value => value.Value);
    }

    private void RunSorted(SqliteSession session)
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

    // Result rows that cannot be resumed in the middle: the page is a window over all of them.
    private void PageOf(IEnumerable<SqlValue> values)
    {
        foreach (var value in values.Skip(_offset).Take(_limit).Skip(_emitted))
        {
            if (_page.IsFull)
            {
                _hasMore = true;
                return;
            }
            _page.Add(value);
            _emitted++;
        }
    }

    private void Visit(SqliteSession session, Func<OrderedRow, bool> visit) => session.Visit(
        _access.Sql,
        row => ReadRow(row) is not { } document || visit(document),
        _access.Arguments);

    private OrderedRow? ReadRow(SqliteRow row)
    {
        if (_request.Spread is { } spread && !spread.Includes(row.GetBytes(4)))
            return null;
        var document = DocumentTable.Map(row);
        LoadedDocuments++;
        LoadedBytes += document.Body.Length;
        return new OrderedRow(document, _request.Container, _scope, _alias);
    }

    private IEnumerable<SqlScope> Rows(OrderedRow row)
    {
        var query = _request.Prepared.Query;
        // The container itself is bound to the row already; joins and conditions on them come after.
        var isDirect = query.From[0].Source is null;
        if (isDirect && query.From.Count == 1)
            return Holds(row.Scope) ? [row.Scope] : [];
        return SubqueryRun.Bind(row.Scope, query.From, isDirect ? 1 : 0).Where(Holds);
    }

    private bool Holds(SqlScope scope)
    {
        foreach (var conjunct in _access.Residual)
            if (!conjunct.Evaluate(scope).IsTrue)
                return false;
        return true;
    }

    // Adds the rows of one document to the page; false when no further document is needed.
    private bool Emit(OrderedRow row)
    {
        var toSkip = RowsToSkip(row);
        if (toSkip == int.MaxValue)
            return true;
        if (_isWholeDocument && _access.Residual.Count == 0)
            return EmitOne(row, null, 1, toSkip);
        var number = 0;
        foreach (var scope in Rows(row))
            if (!EmitOne(row, scope, ++number, toSkip))
                return false;
        return true;
    }

    private bool EmitOne(OrderedRow row, SqlScope? scope, int number, int toSkip)
    {
        if (number <= toSkip)
            return true;
        var value = _isWholeDocument ? SqlValue.Undefined : _request.Prepared.Shape.Project(scope!);
        if (!_isWholeDocument && !value.IsDefined)
            return true;
        if (_skipped < _offset)
        {
            _skipped++;
            return true;
        }
        if (_emitted >= _limit)
            return false;
        if (_page.IsFull)
        {
            _hasMore = true;
            return false;
        }
        if (_isWholeDocument)
            _page.Add(row.Document, _request.Container);
        else
            _page.Add(value);
        _emitted++;
        (_last, _rowsOfLast) = (row, number);
        return true;
    }

    // How many of a document's rows lie before the place to resume at: none, some, or all (int.MaxValue).
    private int RowsToSkip(OrderedRow row)
    {
        if (_request.Resume is { } resume && !resume.Allows(row.Position(_access.Order), _access.Order))
            return int.MaxValue;
        if (_request.Continuation?.After is not { } after)
            return 0;
        var order = _access.Order.Compare(row.Position(_access.Order), after);
        return order < 0 ? int.MaxValue : order == 0 ? _request.Continuation.RowsOfDocument : 0;
    }

    private QueryContinuation NextContinuation() => IsBuffered || _last is null
        ? new QueryContinuation(_emitted, null, 0, null)
        : new QueryContinuation(_emitted, _last.Position(_access.Order), _rowsOfLast, _access.ImplicitPath);
}

/// <summary>A document read by a query, parsed only when something asks for its content.</summary>
internal sealed class OrderedRow(StoredDocument document, ContainerState container, SqlScope outer, string alias)
{
    private SqlScope? _scope;
    private byte[]?[]? _keys;

    public StoredDocument Document { get; } = document;

    // Values taken from the document may outlive the row (groups, sorting), so the parsed form is left to the collector.
    public SqlScope Scope => _scope ??= outer.With(alias, SqlValue.Of(JsonText.ParseStored(Document.Render(container)).RootElement));

    public OrderedPosition Position(QueryOrder order) =>
        new(_keys ??= order.IsByNumber ? [] : order.KeysOf(Scope), Document.Rid);
}
