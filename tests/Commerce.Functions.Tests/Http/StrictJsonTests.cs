using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Commerce.Functions.Http;
using Commerce.Shared;
using CsCheck;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Http;

public sealed partial class StrictJsonTests
{
    internal sealed record Item(string? ProductId, long? Quantity);

    internal sealed record Body(IReadOnlyList<Item?>? Items, long? Amount);

    [JsonSerializable(typeof(Body))]
    internal sealed partial class TestJson : JsonSerializerContext
    {
        public static TestJson Wire { get; } = new(HttpJson.Options());
    }

    private static async Task<Result<Body>> ReadAsync(string body, string? contentType = "application/json") =>
        await StrictJson.ReadAsync(Requests.With(body, contentType), TestJson.Wire.Body);

    [Theory]
    [InlineData("""{"amount":1.5}""", "amount: must be a whole number")]
    [InlineData("""{"amount":1e-1}""", "amount: must be a whole number")]
    [InlineData("""{"amount":0.00001e4}""", "amount: must be a whole number")]
    [InlineData("""{"amount":9007199254740993.5}""", "amount: must be a whole number")]
    [InlineData("""{"amount":1e-999999999999}""", "amount: must be a whole number")]
    [InlineData("""{"amount":null}""", "amount: must be a whole number")]
    [InlineData("""{"amount":"1"}""", "amount: must be a whole number")]
    [InlineData("""{"amount":true}""", "amount: must be a whole number")]
    [InlineData("""{"amount":{}}""", "amount: must be a whole number")]
    [InlineData("""{"amount":[1]}""", "amount: must be a whole number")]
    [InlineData("""{"amount":1,"amount":2}""", "amount: is given more than once")]
    [InlineData("""{"amount":1,"x":2}""", "x: is not known here")]
    [InlineData("""{"Amount":1}""", "Amount: is not known here")]
    [InlineData("""{"items":{}}""", "items: has the wrong type")]
    [InlineData("""{"items":[1]}""", "items[0]: has the wrong type")]
    [InlineData("""{"items":[{},{"quantity":"x"}]}""", "items[1].quantity: must be a whole number")]
    [InlineData("""{"items":[{"productId":1}]}""", "items[0].productId: must be a string of valid Unicode")]
    [InlineData("""{"items":[{"productId":"\ud800"}]}""", "items[0].productId: must be a string of valid Unicode")]
    [InlineData("""{"items":[{"quantity":1,"quantity":1}]}""", "items[0].quantity: is given more than once")]
    [InlineData("""{"items":[{"sku":"a"}]}""", "items[0].sku: is not known here")]
    [InlineData("[]", "body: has the wrong type")]
    [InlineData("1", "body: has the wrong type")]
    [InlineData("null", "body: must be a JSON object, not null")]
    [InlineData("", "body: is not valid JSON near line 1, byte 1")]
    [InlineData("{", "body: is not valid JSON near line 1, byte 2")]
    [InlineData("{}x", "body: is not valid JSON near line 1, byte 3")]
    [InlineData("""{"amount":NaN}""", "amount: is not valid JSON near line 1, byte 11")]
    [InlineData("""{"amount":01}""", "amount: is not valid JSON near line 1, byte 12")]
    [InlineData("""{"amount":1,}""", "body: is not valid JSON near line 1, byte 13")]
    [InlineData("""{'amount':1}""", "body: is not valid JSON near line 1, byte 2")]
    [InlineData("/* no */ {}", "body: is not valid JSON near line 1, byte 1")]
    public async Task What_is_wrong_with_a_body_is_said_by_field(string body, string expected)
    {
        var result = await ReadAsync(body);
        Assert.Equal(ErrorCode.Validation, result.Failure?.Code);
        Assert.Equal(expected, Requests.First(result.Failure));
    }

    [Theory]
    [InlineData("100000.0", 100_000)]
    [InlineData("1e5", 100_000)]
    [InlineData("1E+5", 100_000)]
    [InlineData("1.5e1", 15)]
    [InlineData("1500e-2", 15)]
    [InlineData("0.00001e5", 1)]
    [InlineData("0.1e00000000000000000001", 1)]
    [InlineData("-0.0", 0)]
    [InlineData("-0e999999999999999999999", 0)]
    [InlineData("0e-999999999999999999999", 0)]
    [InlineData("9007199254740993.0", 9_007_199_254_740_993)]
    [InlineData("-9007199254740993.0", -9_007_199_254_740_993)]
    [InlineData("9223372036854775807.000", long.MaxValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("1e400", long.MaxValue)]
    [InlineData("-1e400", long.MinValue)]
    [InlineData("-9223372036854775808.0", long.MinValue)]
    [InlineData("1e999999999999999999999", long.MaxValue)]
    public async Task A_number_is_whole_by_its_value_and_read_exactly(string number, long expected) =>
        Assert.Equal(expected, (await ReadAsync($$"""{"amount":{{number}}}""")).Value?.Amount);

    [Fact]
    public async Task A_number_of_two_hundred_thousand_digits_is_read_by_its_value()
    {
        var zeros = new string('0', 200_000);
        Assert.Equal(7, (await ReadAsync($$"""{"amount":0.{{zeros}}7e200001}""")).Value?.Amount);
        Assert.Equal(7, (await ReadAsync($$"""{"amount":7{{zeros}}e-200000}""")).Value?.Amount);
        Assert.Equal(long.MaxValue, (await ReadAsync($$"""{"amount":7{{zeros}}}""")).Value?.Amount);
        Assert.Equal("amount: must be a whole number", Requests.First((await ReadAsync($$"""{"amount":0.{{zeros}}7e200000}""")).Failure));
    }

    [Fact]
    public async Task Every_way_to_write_a_whole_number_is_read_alike() => await Gen.Select(
        Gen.Long.Where(number => number != 0), Gen.Int[-18, 19]).SampleAsync(async (number, shift) =>
    {
        var digits = Math.Abs((decimal)number).ToString(CultureInfo.InvariantCulture).PadLeft(20, '0');
        var point = 20 - Math.Max(shift, 0);
        var moved = $"{digits[..point].TrimStart('0').PadLeft(1, '0')}.{digits[point..]}0e{shift}";
        var written = shift < 0 ? $"{Math.Abs((decimal)number)}{new string('0', -shift)}e{shift}" : moved;
        Assert.Equal(number, (await ReadAsync($$"""{"amount":{{(number < 0 ? "-" : "")}}{{written}}}""")).Value?.Amount);
    });

    [Fact]
    public async Task Bytes_that_are_not_UTF8_name_their_field_or_place()
    {
        static HttpRequest Body(params byte[] bytes)
        {
            var request = Requests.With("");
            request.Body = new MemoryStream(bytes);
            return request;
        }

        var name = Body([.. "{\"items\":[{\"productId\":\"a"u8, 0xC3, 0x28, .. "\"}]}"u8]);
        Assert.Equal("items[0].productId: must be a string of valid Unicode",
            Requests.First((await StrictJson.ReadAsync(name, TestJson.Wire.Body)).Failure));
        foreach (var utf16 in (byte[][])[[0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")],
            [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("{}")]])
            Assert.Equal("body: is not valid JSON near line 1, byte 1",
                Requests.First((await StrictJson.ReadAsync(Body(utf16), TestJson.Wire.Body)).Failure));
        var field = Body([.. "{\"amo"u8, 0xFF, .. "unt\":1}"u8]);
        Assert.Equal(ErrorCode.Validation, (await StrictJson.ReadAsync(field, TestJson.Wire.Body)).Failure?.Code);
    }

    [Fact]
    public async Task A_proper_body_is_read_even_with_a_byte_order_mark()
    {
        var expected = (Amount: 9_007_199_254_740_991, Product: "85123A");
        var json = $$"""{ "amount": {{expected.Amount}}, "items": [ { "productId": "{{expected.Product}}", "quantity": -1 }, null ] }""";
        foreach (var body in (string[])[json, '\uFEFF' + json])
        {
            var read = (await ReadAsync(body)).Value!;
            Assert.Equal((expected.Amount, expected.Product, 2), (read.Amount, read.Items![0]!.ProductId, read.Items.Count));
        }
    }

    [Fact]
    public async Task A_body_nested_too_deep_is_refused() =>
        Assert.Equal(ErrorCode.Validation, (await ReadAsync(new string('[', 100_000))).Failure?.Code);

    [Fact]
    public async Task A_body_is_bounded_whether_or_not_its_length_is_declared()
    {
        var tooLong = $$"""{"amount":1{{new string(' ', Limits.BodySizeMax)}}}""";
        var declared = Requests.With(tooLong);
        declared.ContentLength = tooLong.Length;
        Assert.Equal(ErrorCode.PayloadTooLarge, (await StrictJson.ReadAsync(declared, TestJson.Wire.Body)).Failure?.Code);
        Assert.Equal(ErrorCode.PayloadTooLarge, (await ReadAsync(tooLong)).Failure?.Code);
        var fits = $$"""{"amount":1{{new string(' ', Limits.BodySizeMax - 12)}}}""";
        Assert.Equal(1, (await ReadAsync(fits)).Value?.Amount);
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/json;charset=UTF-8", true)]
    [InlineData("Application/JSON; charset=\"utf-8\"", true)]
    [InlineData("application/json; profile=\"x;y\"; charset=utf-8", true)]
    [InlineData("application/json; charset=euc-kr", false)]
    [InlineData("application/json; charset=utf-16", false)]
    [InlineData("application/json; charset=klingon", false)]
    [InlineData("application/json; charset=", false)]
    [InlineData("application/json; charset=utf-8; charset=euc-kr", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("application/jsonx", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task Only_JSON_in_UTF8_is_taken(string? contentType, bool taken)
    {
        var result = await ReadAsync("""{"amount":1}""", contentType);
        Assert.Equal(taken ? null : ErrorCode.UnsupportedMediaType, result.Failure?.Code);
        Assert.Equal(taken, result.Succeeded);
    }

    [Fact]
    public async Task A_long_field_name_is_not_echoed_at_length()
    {
        var result = await ReadAsync($$"""{"{{new string('x', 50_000)}}":1}""");
        Assert.True(result.Failure!.Errors![0].Field.Length < 200);
    }
}
