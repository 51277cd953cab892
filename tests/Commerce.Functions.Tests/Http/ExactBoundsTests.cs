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
    public Task A_quantity_is_one_piece_to_a_million() => AssertBoundsAsync(_inputs.OfQuantities, 1, Limits.QuantityMax);

    [Fact]
    public Task A_price_is_nothing_to_a_thousand_million_won() => AssertBoundsAsync(_inputs.OfPrices, 0, Limits.PriceMax);

    [Fact]
    public Task A_first_stock_is_nothing_to_a_thousand_million_pieces() => AssertBoundsAsync(_inputs.OfStocks, 0, Limits.StockMax);

    [Fact]
    public Task A_total_that_is_expected_is_what_can_be_held() => AssertBoundsAsync(_inputs.OfExpectedTotals, 0, Limits.MoneyMax);

    [Fact]
    public Task A_charge_is_one_won_to_a_million_million() => AssertBoundsAsync(OfCharges, 1, Limits.ChargeAmountMax);

    [Fact]
    public Task A_stock_is_adjusted_by_a_thousand_million_pieces_at_most() =>
        AssertBoundsAsync(OfDeltas, -Limits.StockMax, Limits.StockMax);

    [Fact]
    public Task A_key_has_at_most_128_characters() => AssertLengthsAsync(_inputs.OfKeys, Limits.IdempotencyKeyLengthMax, 'k');

    [Fact]
    public Task A_products_id_has_at_most_64_characters() =>
        AssertLengthsAsync(_inputs.OfProductIds, Limits.IdentifierLengthMax, 'p');

    [Fact]
    public Task A_users_id_has_at_most_64_characters() => AssertLengthsAsync(_inputs.OfUserIds, Limits.IdentifierLengthMax, 'u');

    [Fact]
    public Task A_name_has_at_most_200_characters() => AssertLengthsAsync(OfNames, Limits.NameLengthMax, '한');

    [Fact]
    public Task A_reason_has_at_most_200_characters() => AssertLengthsAsync(OfReasons, Limits.ReasonLengthMax, '한');

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(Limits.OrderLinesMax, true)]
    [InlineData(Limits.OrderLinesMax + 1, false)]
    public async Task An_order_has_one_line_to_1200(int count, bool isGood)
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
    public async Task A_JSON_body_has_at_most_256_KiB(int over, bool isGood)
    {
        foreach (var isDeclared in (bool[])[true, false])
        {
            var request = Requests.With("{}" + new string(' ', Limits.BodySizeMax - 2 + over));
            request.ContentLength = isDeclared ? Limits.BodySizeMax + over : null;
            var result = await StrictJson.ReadAsync(request, StrictJsonTests.TestJson.Wire.Body);
            Assert.Equal(isGood ? null : ErrorCode.PayloadTooLarge, result.Failure?.Code);
        }
    }

    [Fact]
    public async Task A_JSON_body_that_is_declared_too_large_is_not_read()
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
    public async Task A_file_to_import_has_at_most_16_MiB(int over, ErrorCode code)
    {
        var request = Requests.With(new string('\n', Limits.ImportSizeMax + over), "text/csv");
        Assert.Equal(code, (await CatalogCsv.ReadAsync(request, CancellationToken.None)).Failure?.Code);
    }

    [Fact]
    public void A_page_and_the_best_sellers_have_one_item_to_a_hundred()
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

        static (string, bool)[] Around(int min, int max) =>
            [($"?limit={min - 1}", false), ($"?limit={min}", true), ($"?limit={max}", true), ($"?limit={max + 1}", false)];

        static RequestInput Input(string query)
        {
            var request = Requests.With();
            request.QueryString = new QueryString(query);
            return new(request);
        }
    }

    [Fact]
    public void A_cursor_has_at_most_400_characters()
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
