using System.Globalization;
using System.Text;
using Commerce.Functions.Http;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using CsvHelper;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Reads a catalog as CSV (RFC 4180): a header with <c>productId,name,price,stock</c> in any order, then a row a product.
/// Everything is read and checked before anything is written. Rows are counted as an editor counts lines: the header is row 1.
/// </summary>
internal sealed class CatalogCsv
{
    private const int ErrorsMax = 20;
    private const string Body = "body";
    private const string MediaTypeRule = "must be text/csv, in UTF-8 or a charset that is known here, and not compressed";
    private const int BufferSize = 64 * 1024;
    private static readonly string[] Columns = ["productId", "name", "price", "stock"];

    private static readonly CsvReaderOptions Options = new()
    {
        HasHeader = false,
        Separator = ',',
        TrimWhitespace = true,
        TrackLineNumbers = true,
        MaxRecordSize = 10_000,
        MalformedData = CsvMalformedDataHandling.Throw,
        FieldCountMismatch = CsvFieldCountHandling.Allow,
    };

    private readonly CsvReader _csv;
    private readonly List<FieldError> _errors = [];
    private readonly List<CatalogRow> _rows = [];
    private readonly Dictionary<string, long> _rowOfProduct = [];

    private CatalogCsv(CsvReader csv) => _csv = csv;

    /// <summary>
    /// The rows of a request's body, or what is wrong with them: at most some twenty errors, each with its row and column.
    /// </summary>
    public static async Task<Result<IReadOnlyList<CatalogRow>>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (BodyCharset.Of(request, "text/csv") is not { } charset)
            return Failure.OfField(ErrorCode.UnsupportedMediaType, "Content-Type", MediaTypeRule);
        try
        {
            await using var body = new LimitedStream(request.Body, Limits.ImportSizeMax);
            return await ReadAsync(body, charset, ct);
        }
        catch (BodyTooLargeException)
        {
            return Failure.OfField(ErrorCode.PayloadTooLarge, Body, $"must be at most {Limits.ImportSizeMax} bytes");
        }
    }

    /// <param name="csv">The file.</param>
    /// <param name="charset">What it is written in, unless it begins with a byte order mark, which knows better.</param>
    /// <param name="ct">Stops the reading.</param>
    internal static async Task<Result<IReadOnlyList<CatalogRow>>> ReadAsync(Stream csv, Encoding charset, CancellationToken ct)
    {
        using var text = new StreamReader(csv, charset, detectEncodingFromByteOrderMarks: true, BufferSize, leaveOpen: true);
        await using var reader = CsvReader.Create(text, Options, leaveOpen: true);
        var catalog = new CatalogCsv(reader);
        try
        {
            await catalog.ReadRowsAsync(ct);
        }
        catch (CsvFormatException malformed)
        {
            catalog.Refuse(malformed.LineNumber, null, "is not valid CSV, or is too long");
        }
        if (catalog._errors.Count == 0 && catalog._rows.Count == 0)
            catalog._errors.Add(new(Body, "must have the header productId,name,price,stock and at least one row"));
        return catalog._errors is [var first, ..]
            ? new Failure(ErrorCode.Validation, $"{first.Field}: {first.Message}. Nothing was imported.") { Errors = catalog._errors }
            : catalog._rows;
    }

    private async Task ReadRowsAsync(CancellationToken ct)
    {
        if (!await _csv.ReadAsync(ct) || ReadHeader() is not { } order)
            return;
        while (_errors.Count < ErrorsMax && await _csv.ReadAsync(ct))
        {
            if (_rows.Count == Limits.ImportRowsMax)
            {
                Refuse(_csv.LineNumber, null, $"is one too many: an import has at most {Limits.ImportRowsMax} products");
                return;
            }
            if (_csv.FieldCount != Columns.Length)
                Refuse(_csv.LineNumber, null, $"must have {Columns.Length} fields");
            else if (!HasLostText(order))
                ReadRow(order);
        }
    }

    /// <summary>Where each of <see cref="Columns"/> stands, or null when the header is not what it should be.</summary>
    private int[]? ReadHeader()
    {
        var names = Enumerable.Range(0, _csv.FieldCount).Select(index => _csv.GetString(index)).ToList();
        foreach (var missing in Columns.Except(names))
            Refuse(_csv.LineNumber, missing, "is missing in the header");
        foreach (var unknown in names.Except(Columns).Take(ErrorsMax))
            Refuse(_csv.LineNumber, unknown.Length <= 100 ? unknown : unknown[..100], "is not known here");
        if (_errors.Count == 0 && names.Count != Columns.Length)
            Refuse(_csv.LineNumber, null, "names a column more than once");
        return _errors.Count > 0 ? null : [.. Columns.Select(column => names.IndexOf(column))];
    }

    /// <summary>True, and the columns are refused, when there is what the charset does not know: that is read as U+FFFD.</summary>
    private bool HasLostText(int[] order)
    {
        var lost = Columns.Where((_, column) => _csv.GetSpan(order[column]).IndexOf("\uFFFD"u8) >= 0).ToList();
        foreach (var column in lost)
            Refuse(_csv.LineNumber, column, "has bytes that are no text in the file's charset");
        return lost.Count > 0;
    }

    private void ReadRow(int[] order)
    {
        var productId = _csv.GetString(order[0]);
        if (!Identifiers.IsProductId(productId))
            Refuse(_csv.LineNumber, "productId", Identifiers.ProductIdRule);
        else if (!_rowOfProduct.TryAdd(productId, _csv.LineNumber))
            Refuse(_csv.LineNumber, "productId", $"is given in row {_rowOfProduct[productId]} already");
        if (TextRules.Check(_csv.GetString(order[1]), Limits.NameLengthMax, out var name) is { } failure)
            Refuse(_csv.LineNumber, "name", failure);
        var (price, stock) = (ReadNumber("price", order[2], Limits.PriceMax), ReadNumber("stock", order[3], Limits.StockMax));
        _rows.Add(new(productId, name, price, stock));
    }

    private long ReadNumber(string column, int index, long max)
    {
        if (long.TryParse(_csv.GetSpan(index), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max)
            return number;
        Refuse(_csv.LineNumber, column, $"must be a whole number from 0 to {max}");
        return 0;
    }

    private void Refuse(long row, string? column, string message) =>
        _errors.Add(new(column is null ? $"row {row}" : $"row {row}, {column}", message));
}
