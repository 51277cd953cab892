using Commerce.Functions.Balance;
using Commerce.Functions.Catalog;
using Commerce.Functions.Http;
using Commerce.Functions.Ranking;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Ranking;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Http;

/// <summary>Each bound of what comes in is tried at the last value that is taken and at the first that is not, at every entrance.</summary>
public sealed class ExactBoundsTests(TestStore store) : IClassFixture<TestStore>
{
    private const string Bad = "/";

    private readonly Inputs _inputs = new(store.App);

    private IEnumerable<Input<long>> OfCharges =>
    [
        new("charge", "amount", number => store.App.CallAsync<BalanceFunctions>(
            (functions, request) => functions.Charge(request, Bad), $$"""{"amount":{{number}}}""", ("Idempotency-Key", "k"))),
    ];

    private IEnumerable<Input<long>> OfDeltas =>
    [
        new("adjust stock", "delta", number => AdjustAsync($$"""{"delta":{{number}},"reason":"x"}""")),
    ];

    private IEnumerable<Input<string>> OfNames =>
    [
        new("put product", "name", text => store.App.CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.Put(request, Bad), $$"""{"name":"{{text}}","price":0}""")),
        new("import", "row 2, name", text => store.App.CallAsync<CatalogOperatorFunctions>(
            (functions, request) => functions.Import(request), $"productId,name,price,stock\n{Bad},{text},0,0",
            ("Content-Type", "text/csv"))),
    ];

    private IEnumerable<Input<string>> OfReasons =>
        [new("adjust stock", "reason", text => AdjustAsync($$"""{"delta":1,"reason":"{{text}}"}"""))];

    private Task<Reply> AdjustAsync(string body) => store.App.CallAsync<CatalogOperatorFunctions>(
        (functions, request) => functions.Adjust(request, Bad), body, ("Idempotency-Key", "k"));

    [Fact]
    public Task Quantities() => AssertBoundsAsync(_inputs.OfQuantities, 1, Limits.QuantityMax);

    [Fact]
    public Task Prices() => AssertBoundsAsync(_inputs.OfPrices, 0, Limits.PriceMax);

    [Fact]
    public Task Stocks() => AssertBoundsAsync(_inputs.OfStocks, 0, Limits.StockMax);

    [Fact]
    public Task Totals() => AssertBoundsAsync(_inputs.OfExpectedTotals, 0, Limits.MoneyMax);

    [Fact]
    public Task Charges() => AssertBoundsAsync(OfCharges, 1, Limits.ChargeAmountMax);

    [Fact]
    public Task Adjustments() => AssertBoundsAsync(OfDeltas, -Limits.StockMax, Limits.StockMax);

    [Fact]
    public Task Keys() => AssertLengthsAsync(_inputs.OfKeys, Limits.IdempotencyKeyLengthMax, 'k');

    [Fact]
    public Task Ids_of_products() => AssertLengthsAsync(_inputs.OfProductIds, Limits.IdentifierLengthMax, 'p');

    [Fact]
    public Task Ids_of_users() => AssertLengthsAsync(_inputs.OfUserIds, Limits.IdentifierLengthMax, 'u');

    [Fact]
    public Task Names() => AssertLengthsAsync(OfNames, Limits.NameLengthMax, '한');

    [Fact]
    public Task Reasons() => AssertLengthsAsync(OfReasons, Limits.ReasonLengthMax, '한');

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(Limits.OrderLinesMax, true)]
    [InlineData(Limits.OrderLinesMax + 1, false)]
    public async Task Lines_of_an_order(int count, bool isGood)
    {
        var line = """{"productId":"p","quantity":1}""";
        var reply = await store.App.CallAsync<Functions.Orders.OrderFunctions>(
            (functions, request) => functions.PostOrder(request, Bad, null!, null!),
            $$"""{"items":[{{string.Join(',', Enumerable.Repeat(line, count))}}]}""",
            ("Idempotency-Key", "k"));

        // The user is refused in any case, so that nothing is ordered.
        Assert.Equal(400, reply.Status);
        Assert.Equal(!isGood, reply.Body!["errors"]!.AsArray().Any(error => (string?)error!["field"] == "items"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_JSON_body(int over, bool isGood)
    {
        foreach (var isDeclared in (bool[])[true, false])
        {
            var request = Requests.With("{}" + new string(' ', Limits.BodySizeMax - 2 + over));
            request.ContentLength = isDeclared ? Limits.BodySizeMax + over : null;
            var result = await StrictJson.ReadAsync(request, StrictJsonTests.TestJson.Wire.Body);
            Assert.Equal(isGood ? null : ErrorCode.PayloadTooLarge, result.Failure?.Code);
        }
    }

    /// <summary>That it is declared too large is enough: nothing of it is read.</summary>
    [Fact]
    public async Task The_declared_length_of_a_JSON_body()
    {
        var request = Requests.With("{}");
        request.ContentLength = Limits.BodySizeMax + 1;
        Assert.Equal(
            ErrorCode.PayloadTooLarge, (await StrictJson.ReadAsync(request, StrictJsonTests.TestJson.Wire.Body)).Failure?.Code);
        request.ContentLength = Limits.BodySizeMax;
        Assert.True((await StrictJson.ReadAsync(request, StrictJsonTests.TestJson.Wire.Body)).Succeeded);
    }

    [Theory]
    [InlineData(0, ErrorCode.Validation)] // It is read to its end, and has nothing in it.
    [InlineData(1, ErrorCode.PayloadTooLarge)]
    public async Task A_file_to_import(int over, ErrorCode code)
    {
        var request = Requests.With(new string('\n', Limits.ImportSizeMax + over), "text/csv");
        Assert.Equal(code, (await CatalogCsv.ReadAsync(request, CancellationToken.None)).Failure?.Code);
    }

    [Fact]
    public void Pages_and_best_sellers()
    {
        foreach (var (text, isGood) in Around(1, Limits.PageSizeMax))
        {
            var input = Input(text);
            var page = input.Page("list");
            Assert.Equal(isGood, input.Failure is null);
            Assert.InRange(page.Limit, 1, Limits.PageSizeMax);
        }
        foreach (var (text, isGood) in Around(1, RankingList.ProductsMax))
        {
            var input = Input(text);
            TopRequest.Limit(input, 5);
            Assert.Equal(isGood, input.Failure is null);
        }

        static IEnumerable<(string, bool)> Around(int min, int max) =>
            ((int, bool)[])[(min - 1, false), (min, true), (max, true), (max + 1, false)] is var all
                ? all.Select(each => ($"?limit={each.Item1}", each.Item2))
                : [];

        static RequestInput Input(string query)
        {
            var request = Requests.With();
            request.QueryString = new QueryString(query);
            return new(request);
        }
    }

    [Fact]
    public void Cursors()
    {
        var longest = Cursor.Encode("l", new string('x', 298));
        Assert.Equal(400, longest.Length);
        Assert.True(Cursor.TryDecode("l", longest, out _));
        Assert.False(Cursor.TryDecode("l", Cursor.Encode("l", new string('x', 299)), out _));
    }

    private static async Task AssertBoundsAsync(IEnumerable<Input<long>> inputs, long min, long max)
    {
        foreach (var input in inputs)
        {
            foreach (var (value, isGood) in ((long, bool)[])[(min - 1, false), (min, true), (max, true), (max + 1, false)])
                Assert.True(isGood != await input.RefusesAsync(value), $"{input.Name} with {value}");
        }
    }

    private static async Task AssertLengthsAsync(IEnumerable<Input<string>> inputs, int max, char letter)
    {
        foreach (var input in inputs)
        {
            Assert.False(await input.RefusesAsync(new string(letter, max)), $"{input.Name} with {max} characters");
            Assert.True(await input.RefusesAsync(new string(letter, max + 1)), $"{input.Name} with {max + 1} characters");
        }
    }
}
