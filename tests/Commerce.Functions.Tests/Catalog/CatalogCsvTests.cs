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
        await CatalogCsv.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(csv)), CancellationToken.None);

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
    [InlineData(Header + "A,\"x\ny\",1,2", "row 2, name: must not contain control characters")]
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

    [Fact]
    public async Task Bytes_that_are_not_UTF8_name_their_row()
    {
        var csv = new MemoryStream([.. Encoding.UTF8.GetBytes(Header + "A,"), 0xC3, 0x28, .. ",1,2\n"u8]);
        Assert.Equal("row 2: must be UTF-8", Requests.First((await CatalogCsv.ReadAsync(csv, CancellationToken.None)).Failure));
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
    public void What_is_written_by_the_rules_is_read_back_whatever_the_names() => Gen.String[1, 40].Where(name =>
        TextRules.Check(name, 200) is null && !name.Any(char.IsSurrogate)).Sample(name =>
    {
        var csv = $"{Header}A1,\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\",5,6\n";
        var rows = ReadAsync(csv).GetAwaiter().GetResult().Value!;
        Assert.Equal(new CatalogRow("A1", name.Trim(), 5, 6), rows[0]);
    });
}
