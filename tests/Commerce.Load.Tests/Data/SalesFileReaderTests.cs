using System.Text;
using Commerce.Load.Data;
using CsCheck;

namespace Commerce.Load.Tests.Data;

public sealed class SalesFileReaderTests
{
    private const string RetailHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    [Fact]
    public void An_invoice_becomes_an_order_with_its_lines_as_they_stand()
    {
        var file = Parse(RetailHeader + """
            536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,12/1/10 8:26,2.55,17850,United Kingdom
            536365,71053,WHITE  METAL LANTERN ,6,12/1/10 8:26,3.39,17850,United Kingdom
            536365,85123a,WHITE HANGING HEART T-LIGHT HOLDER,2,12/1/10 8:26,2.95,17850,United Kingdom
            536366,22633,"HAND WARMER, UNION JACK",1,12/1/10 8:28,1.85,,France
            """);

        Assert.Collection(file.Orders,
            order =>
            {
                Assert.Equal(("536365", "17850"), (order.Key, order.UserId));
                Assert.Equal(new DateTimeOffset(2010, 12, 1, 8, 26, 0, TimeSpan.Zero), order.OrderedAt);
                Assert.Equal([new SaleLine("85123A", 6), new SaleLine("71053", 6), new SaleLine("85123A", 2)], order.Lines);
            },
            order => Assert.Equal(("536366", "guest"), (order.Key, order.UserId)));
        Assert.Equal(
            [
                new CatalogItem("22633", "HAND WARMER, UNION JACK", 3240, 110),
                new CatalogItem("71053", "WHITE METAL LANTERN", 5930, 120),
                new CatalogItem("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 4460, 120),
            ],
            file.Catalog);
        Assert.Empty(file.LeftOut);
    }

    [Theory]
    [InlineData("C1,22633,X,-3,12/1/10 9:00,1.85,7,UK", 1, 0)]
    [InlineData("C1,22633,X,-2,12/1/10 9:00,1.85,7,UK", 0, 1)]
    [InlineData("C1,22633,X,-3,12/1/10 9:00,1.85,8,UK", 0, 1)]
    [InlineData("C1,22633,X,3,12/1/10 9:00,1.85,7,UK", 0, 1)]
    [InlineData("2,22633,X,-3,12/1/10 9:00,1.85,7,UK", 0, 1)]
    public void Only_a_return_of_exactly_one_earlier_order_cancels_it(string row, int cancellations, int leftOut)
    {
        var file = Parse(RetailHeader + "1,22633,X,1,12/1/10 8:00,1.85,7,UK\n1,22633,X,2,12/1/10 8:00,1.85,7,UK\n" + row);

        Assert.Equal(cancellations, file.Cancellations.Count);
        Assert.All(file.Cancellations, cancellation => Assert.Equal("1", cancellation.OrderKey));
        Assert.Equal(leftOut, file.LeftOut.Values.Sum());
    }

    [Fact]
    public void An_order_is_cancelled_once_and_never_before_it_was_placed()
    {
        var file = Parse(RetailHeader + """
            C0,22633,X,-3,12/1/10 7:00,1.85,7,UK
            1,22633,X,3,12/1/10 8:00,1.85,7,UK
            C2,22633,X,-3,12/1/10 9:00,1.85,7,UK
            C3,22633,X,-3,12/1/10 9:00,1.85,7,UK
            """);

        Assert.Equal(new SaleCancellation("C2", "1"), Assert.Single(file.Cancellations));
        Assert.Equal(2, file.LeftOut.Values.Sum());
    }

    [Theory]
    [InlineData("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n489434,85048,15CM,12,2009-12-01 "
        + "07:45:00,6.95,13085.0,United Kingdom")]
    [InlineData("\uFEFFInvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n489434,85048,15CM,12,12/1/2009 7:45,6.95,13085,United Kingdom\r\n")]
    public void The_other_editions_and_spreadsheet_exports_read_the_same(string text)
    {
        var order = Assert.Single(Parse(text.TrimStart('\uFEFF')).Orders);
        Assert.Equal(("489434", "13085", new DateTimeOffset(2009, 12, 1, 7, 45, 0, TimeSpan.Zero)),
            (order.Key, order.UserId, order.OrderedAt));
        Assert.Equal(new SaleLine("85048", 12), Assert.Single(order.Lines));
    }

    [Fact]
    public void Hostile_rows_cost_themselves_and_nothing_else()
    {
        var file = Parse(RetailHeader + $"""
            1,22633,GOOD,3,12/1/10 8:00,1.85,7,UK
            2,22633,"quote left open,3,12/1/10 8:00,1.85,7,UK
            3,22633,X
            4,22633,X,99999999999999,12/1/10 8:00,1.85,7,UK
            5,22633,X,1.5,12/1/10 8:00,1.85,7,UK
            6,22633,X,3,yesterday,1.85,7,UK
            ../7,22633,X,3,12/1/10 8:00,1.85,7,UK
            8,22633,{new string('x', 20_000)},3,12/1/10 8:00,1.85,7,UK
            9,22633,X,0,12/1/10 8:00,1.85,7,UK
            10,22633,GOOD TOO,3,12/1/10 8:00,1.85,7,UK
            """);

        Assert.Equal(["1", "10"], file.Orders.Select(order => order.Key));
        Assert.Equal(8, file.LeftOut.Values.Sum());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")]
    [InlineData("orderKey,userId,productId,quantity,orderedAt\n")]
    [InlineData("<html><body>not found</body></html>")]
    [InlineData("POST,D,M")]
    public void A_file_without_an_order_is_refused_with_its_name(string text) =>
        Assert.Contains("file.csv", Assert.Throws<InputException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_text_is_read_or_refused_but_never_breaks_the_reader() =>
        Gen.String[Gen.Char["0123456789ABC,\"\n\r/: -.ü"], 0, 400].Sample(text =>
        {
            try
            {
                Parse(RetailHeader + text);
            }
            catch (InputException)
            {
                // Refused: as good as read.
            }
        });

    [Fact]
    public void Baskets_become_orders_of_one_piece_each_with_prices_that_stay()
    {
        var file = Parse("85123A,71053,POST,85123a\n22633\n");

        Assert.Equal([("basket-1", "shopper-2", 2), ("basket-2", "shopper-3", 1)],
            file.Orders.Select(order => (order.Key, order.UserId, order.Lines.Count)));
        Assert.Equal(["22633", "71053", "85123A"], file.Catalog.Select(item => item.ProductId));
        Assert.All(file.Catalog, item => Assert.InRange(item.Price, 500, 50_000));
        Assert.Equal(1, file.LeftOut.Values.Sum());
    }

    [Fact]
    public void What_the_conversion_writes_reads_as_the_same_orders()
    {
        var lines = Gen.Select(Gen.Int[10_000, 10_050], Gen.Int[1, 50]).List[1, 6];
        Gen.Select(Gen.Int[1, 4], lines).List[1, 12].Sample(orders =>
        {
            var text = new StringBuilder(RetailHeader);
            for (var index = 0; index < orders.Count; index++)
            {
                foreach (var (code, quantity) in orders[index].Item2)
                    text.Append(System.Globalization.CultureInfo.InvariantCulture,
                        $"{index},{code},N,{quantity},12/1/10 8:00,1.85,{orders[index].Item1},UK\n");
            }
            foreach (var (code, quantity) in orders[0].Item2)
                text.Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"C0,{code},N,{-quantity},12/2/10 8:00,1.85,{orders[0].Item1},UK\n");
            var source = Parse(text.ToString());

            using var written = new StringWriter();
            CsvTable.WriteTo(written, SampleConversion.OrderRows(source));
            var read = Parse(written.ToString());

            Assert.Equal(source.Orders.Select(Flat), read.Orders.Select(Flat));
            Assert.Equal(source.Cancellations, read.Cancellations);
            Assert.Equal(orders.Sum(order => order.Item2.Sum(line => line.Item2)),
                read.Orders.Sum(order => order.Lines.Sum(line => line.Quantity)));
        });
    }

    private static string Flat(SaleOrder order) => $"{order.Key}|{order.UserId}|{order.OrderedAt:O}|{string.Join(';', order.Lines)}";

    private static SalesFile Parse(string text) => SalesFileReader.Parse(text, "file.csv", "0123456789ab");
}
