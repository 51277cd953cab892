using System.Text;
using Commerce.Functions.Catalog;
using Commerce.Functions.Tests.Http;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using CsCheck;

namespace Commerce.Functions.Tests.Catalog;

public sealed class CatalogCsvTests
{
    private const string Header = "productId,name,price,stock\n";

    private static async Task<Result<IReadOnlyList<CatalogRow>>> ReadAsync(string csv) =>
        await CatalogCsv.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(csv)), Encoding.UTF8, CancellationToken.None);

    [Fact]
    public async Task Rows_are_read_with_quotes_and_any_script()
    {
        var rows = (await ReadAsync(Header + "85123A,\"HEART, \"\"WHITE\"\"\",3400,12\r\n\r\nBANK CHARGES, 하얀 하트 ,0,0")).Value!;
        Assert.Equal([new CatalogRow("85123A", "HEART, \"WHITE\"", 3400, 12), new CatalogRow("BANK CHARGES", "하얀 하트", 0, 0)], rows);
    }

    [Fact]
    public async Task Columns_may_come_in_any_order_and_the_file_with_a_byte_order_mark()
    {
        var rows = (await ReadAsync("\uFEFFstock,price,name,productId\n7,100,Cup,A1\n")).Value!;
        Assert.Equal([new CatalogRow("A1", "Cup", 100, 7)], rows);
    }

    [Theory]
    [InlineData("", "body: must have the header productId,name,price,stock and at least one row")]
    [InlineData(Header, "body: must have the header productId,name,price,stock and at least one row")]
    [InlineData("productId,name,price\nA,B,1", "row 1, stock: is missing in the header")]
    [InlineData("productId,name,price,stock,colour\nA,B,1,2,red", "row 1, colour: is not known here")]
    [InlineData("productId,name,price,stock,stock\nA,B,1,2,3", "row 1: names a column more than once")]
    [InlineData(Header + "A,B,1", "row 2: must have 4 fields")]
    [InlineData(Header + "A,B,1,2,3", "row 2: must have 4 fields")]
    [InlineData(Header + "A,B,1,2\n\nA,C,1,2", "row 4, productId: is given in row 2 already")]
    [InlineData(Header + "A,B,1.5,2", "row 2, price: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,B,-1,2", "row 2, price: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,B,,2", "row 2, price: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,B,\"1,000\",2", "row 2, price: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,B,99999999999999999999,2", "row 2, price: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,B,1,1000000001", "row 2, stock: must be a whole number from 0 to 1000000000")]
    [InlineData(Header + "A,,1,2", "row 2, name: must not be blank")]
    [InlineData(Header + "A,\"x\ny\",1,2", "row 2, name: must not contain U+000A, a control character")]
    [InlineData(Header + "A,\"B,1,2", "row 2: is not valid CSV, or is too long")]
    [InlineData(Header + "A,\"B\"x,1,2", "row 2: is not valid CSV, or is too long")]
    public async Task What_is_wrong_is_said_by_row_and_column(string csv, string expected)
    {
        var result = await ReadAsync(csv);
        Assert.Equal(ErrorCode.Validation, result.Failure?.Code);
        Assert.Equal(expected, Requests.First(result.Failure));
    }

    [Fact]
    public async Task A_bad_id_names_its_row()
    {
        var result = await ReadAsync(Header + "A,B,1,2\n../etc,B,1,2\n");
        Assert.Equal($"row 3, productId: {Identifiers.ProductIdRule}", Requests.First(result.Failure));
    }

    private static Task<Result<IReadOnlyList<CatalogRow>>> ImportAsync(string contentType, params byte[] body)
    {
        var request = Requests.With("", contentType);
        request.Body = new MemoryStream(body);
        return CatalogCsv.ReadAsync(request, CancellationToken.None);
    }

    private static Encoding Charset(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

    [Theory]
    [InlineData("text/csv", "utf-8")]
    [InlineData("text/csv; charset=utf-8", "utf-8")]
    [InlineData("text/csv; header=present; charset=UTF-8", "utf-8")]
    [InlineData("text/csv; charset=euc-kr", "euc-kr")]
    [InlineData("Text/CSV; Charset=\"EUC-KR\"", "euc-kr")]
    [InlineData("text/csv; charset=ks_c_5601-1987", "ks_c_5601-1987")]
    [InlineData("text/csv; charset=iso-2022-kr", "iso-2022-kr")]
    [InlineData("text/csv; charset=utf-16", "utf-16")]
    [InlineData("text/csv; charset=utf-16le", "utf-16")]
    [InlineData("text/csv; charset=utf-16be", "utf-16be")]
    [InlineData("text/csv; charset=utf-32", "utf-32")]
    [InlineData("text/csv; charset=gb18030", "gb18030")]
    public async Task A_file_is_read_in_the_charset_that_is_declared(string contentType, string charset)
    {
        var rows = await ImportAsync(contentType, Charset(charset).GetBytes(Header + "A,\"하얀, 하트\",1,2\r\nB,컵,3,4\r\n"));
        Assert.Equal([new CatalogRow("A", "하얀, 하트", 1, 2), new CatalogRow("B", "컵", 3, 4)], rows.Value!);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16be")]
    [InlineData("utf-32")]
    public async Task A_byte_order_mark_counts_more_than_what_is_declared(string charset)
    {
        foreach (var contentType in (string[])["text/csv", "text/csv; charset=euc-kr", $"text/csv; charset={charset}"])
        {
            var rows = await ImportAsync(contentType,
                [.. Charset(charset).GetPreamble(), .. Charset(charset).GetBytes(Header + "A,하트,1,2")]);
            Assert.Equal([new CatalogRow("A", "하트", 1, 2)], rows.Value!);
        }
    }

    [Theory]
    [InlineData("text/csv; charset=klingon")]
    [InlineData("text/csv; charset=utf-7")]
    [InlineData("text/csv; charset=")]
    [InlineData("text/csv; charset=\"\"")]
    [InlineData("text/csv; charset=utf-8; charset=euc-kr")]
    [InlineData("application/json")]
    [InlineData("text/csv, text/csv")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_charset_or_type_that_is_not_known_is_another_media_type(string? contentType)
    {
        var refused = (await ImportAsync(contentType!, Encoding.UTF8.GetBytes(Header + "A,B,1,2"))).Failure;
        Assert.Equal(ErrorCode.UnsupportedMediaType, refused?.Code);
        Assert.Equal("Content-Type: must be text/csv, in UTF-8 or a charset that is known here, and not compressed",
            Requests.First(refused));
    }

    [Theory]
    [InlineData("utf-8", new byte[] { 0xC3, 0x28 })]
    [InlineData("utf-8", new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData("utf-8", new byte[] { 0xC0, 0xAF })]
    [InlineData("euc-kr", new byte[] { 0xC8, 0x20 })]
    [InlineData("us-ascii", new byte[] { 0xE9 })]
    [InlineData("shift_jis", new byte[] { 0x81, 0x20 })]
    public async Task Bytes_that_are_no_text_in_the_charset_name_their_row_and_column(string charset, byte[] bytes)
    {
        var rows = await ImportAsync($"text/csv; charset={charset}",
            [.. Encoding.ASCII.GetBytes(Header + "A,B,1,2\nC,x"), .. bytes, .. "y,1,2\n"u8]);
        Assert.Equal("row 3, name: has bytes that are no text in the file's charset", Requests.First(rows.Failure));
        var ids = await ImportAsync($"text/csv; charset={charset}", [.. Encoding.ASCII.GetBytes(Header + "A"), .. bytes, .. ",x,1,2\n"u8]);
        Assert.Equal("row 2, productId: has bytes that are no text in the file's charset", Requests.First(ids.Failure));
    }

    [Fact]
    public async Task Half_a_character_at_the_end_is_no_text()
    {
        var unfinished = await ImportAsync("text/csv; charset=utf-16", [.. Encoding.Unicode.GetBytes(Header + "A,B,1,2"), 0x41]);
        Assert.Equal("row 2, stock: has bytes that are no text in the file's charset", Requests.First(unfinished.Failure));
        var surrogate = await ImportAsync("text/csv; charset=utf-16",
            [.. Encoding.Unicode.GetBytes(Header + "A,B"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("x,1,2")]);
        Assert.Equal("row 2, name: has bytes that are no text in the file's charset", Requests.First(surrogate.Failure));
    }

    [Fact]
    public async Task A_file_full_of_errors_makes_a_short_answer()
    {
        var csv = Header + string.Concat(Enumerable.Range(0, 5_000).Select(n => $"p{n},,x,y\n"));
        Assert.InRange((await ReadAsync(csv)).Failure!.Errors!.Count, 20, 25);
    }

    [Fact]
    public async Task An_import_has_at_most_a_hundred_thousand_products()
    {
        var rows = string.Concat(Enumerable.Range(0, Limits.ImportRowsMax).Select(n => $"p{n},n,1,1\n"));
        Assert.Equal(Limits.ImportRowsMax, (await ReadAsync(Header + rows)).Value?.Count);
        Assert.Contains("one too many", Requests.First((await ReadAsync(Header + rows + "x,n,1,1\n")).Failure), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_is_bounded_and_must_be_CSV()
    {
        var endless = Requests.With(Header + new string('x', Limits.ImportSizeMax), "text/csv");
        Assert.NotNull((await CatalogCsv.ReadAsync(endless, CancellationToken.None)).Failure);
        var rows = Requests.With(Header + string.Concat(Enumerable.Repeat($"A,{new string('x', 150)},1,1\n", 110_000)), "text/csv");
        Assert.NotNull((await CatalogCsv.ReadAsync(rows, CancellationToken.None)).Failure);
        var json = Requests.With("[]", "application/json");
        Assert.Equal(ErrorCode.UnsupportedMediaType, (await CatalogCsv.ReadAsync(json, CancellationToken.None)).Failure?.Code);
    }

    [Fact]
    public void What_is_written_by_the_rules_is_read_back_whatever_the_names() => Gen.String[1, 40].Sample(name =>
    {
        if (TextRules.Check(name, Limits.NameLengthMax, out var kept) is not null)
            return;
        var csv = $"{Header}A1,\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\",5,6\n";
        var rows = ReadAsync(csv).GetAwaiter().GetResult().Value!;
        Assert.Equal(new CatalogRow("A1", kept, 5, 6), rows[0]);
    });
}
