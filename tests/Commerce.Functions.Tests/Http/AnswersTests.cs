using System.Text.Json;
using System.Text.Json.Nodes;
using Commerce.Functions.Audit;
using Commerce.Functions.Balance;
using Commerce.Functions.Http;
using Commerce.Functions.Ranking;
using Commerce.Shared;
using Microsoft.AspNetCore.Http;

namespace Commerce.Functions.Tests.Http;

public sealed class AnswersTests
{
    private static readonly BalanceView View = new("kim", 12_500, 0, "KRW", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(9)));

    [Fact]
    public async Task A_value_is_answered_as_JSON_with_its_length_and_version()
    {
        var (status, body, headers) = await Requests.AnswerAsync(Answers.Ok(View, BalanceJson.Wire.BalanceView, "\"7\""));
        Assert.Equal(200, status);
        Assert.Equal("""{"userId":"kim","balance":12500,"held":0,"currency":"KRW","updatedAt":"2026-01-01T18:04:05.0000000Z"}""",
            body!.ToJsonString());
        Assert.Equal("application/json; charset=utf-8", headers.ContentType);
        Assert.Equal("\"7\"", headers.ETag);
        Assert.Equal("no-cache", headers.CacheControl);
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.True(headers.ContentLength > 0);
    }

    [Theory]
    [InlineData(Limits.MoneyMax, 9_007_199_254_740_991)]
    [InlineData(Limits.MoneyMax + 1, 9_007_199_254_740_991)]
    [InlineData(long.MinValue, -9_007_199_254_740_991)]
    public async Task No_number_is_beyond_what_its_reader_holds_exactly(long number, long answered)
    {
        foreach (var answer in (IResult[])
            [
                Answers.Ok(View with { Balance = number }, BalanceJson.Wire.BalanceView),
                Answers.Ok(new TopProductsView([new(1, "p", "x", 1, 1, Revenue: number)], default, default, default),
                    RankingJson.Wire.TopProductsView),
                Answers.Ok(AuditView.Of(null) with { Differences = [new("account-balance", "kim", number, 0)] }, AuditJson.Wire.AuditView),
                Answers.Problem(Failure.InsufficientBalance(number, 0)),
            ])
        {
            var (_, body, _) = await Requests.AnswerAsync(answer);
            Assert.Contains($":{answered}", body!.ToJsonString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_price_that_has_risen_beyond_what_can_be_held_is_told_as_the_most_that_can() =>
        Assert.Equal(Limits.MoneyMax, Failure.PriceChanged(1, long.MaxValue).TotalAmount);

    [Fact]
    public async Task A_reader_that_has_the_version_gets_304_and_no_body()
    {
        var request = Requests.With(headers: ("If-None-Match", "\"7\""));
        var (status, body, headers) = await Requests.AnswerAsync(
            Answers.OkUnlessUnchanged(request, View, BalanceJson.Wire.BalanceView, "\"7\""), request);
        Assert.Equal((304, null, "\"7\""), (status, body, headers.ETag.ToString()));
    }

    [Fact]
    public async Task A_refusal_is_a_problem_with_its_numbers()
    {
        var (status, body, headers) = await Requests.AnswerAsync(Answers.Problem(Failure.InsufficientStock("85123A", 3, 1)),
            Requests.With());
        Assert.Equal((409, "application/problem+json"), (status, (string?)headers.ContentType));
        Assert.Equal("nosniff", headers.XContentTypeOptions);
        Assert.True(JsonNode.DeepEquals(body, JsonNode.Parse("""
            {
              "type": "https://commerce.example/problems/insufficient-stock",
              "title": "There is not enough stock.",
              "status": 409,
              "detail": "Product '85123A' has 1 left; 3 were requested.",
              "instance": "/api/test",
              "productId": "85123A",
              "requested": 3,
              "available": 1
            }
            """)), body?.ToJsonString());
    }

    [Fact]
    public async Task Who_is_too_early_is_told_when_to_come_back()
    {
        Assert.Equal("1", (await Requests.AnswerAsync(Answers.Problem(new Failure(ErrorCode.Busy, "")))).Headers.RetryAfter);
        Assert.Equal("7", (await Requests.AnswerAsync(Answers.Problem(new Failure(ErrorCode.Busy, ""), ("Retry-After", "7"))))
            .Headers.RetryAfter);
    }

    [Fact]
    public void Every_error_code_has_a_status_a_title_and_the_slug_it_is_written_as()
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
        {
            var kind = ProblemTable.Of(code);
            Assert.InRange(kind.Status, 400, 599);
            Assert.NotEmpty(kind.Title);
            Assert.Equal($"{ProblemTable.TypePrefix}{JsonSerializer.SerializeToNode(code)}", kind.Type);
        }
    }

    [Fact]
    public void Names_in_any_script_and_quotes_stay_readable()
    {
        var json = JsonSerializer.Serialize(View with { UserId = "하트 'of' gold & \"glass\"" }, BalanceJson.Wire.BalanceView);
        Assert.Contains(@"하트 'of' gold & \""glass\""", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("products", "GET, HEAD, OPTIONS")]
    [InlineData("users/kim/cart", "DELETE, GET, HEAD, OPTIONS")]
    [InlineData("users/kim/cart/items/85123A", "DELETE, OPTIONS, PUT")]
    [InlineData("ops/products/import", "OPTIONS, POST, PUT")]
    [InlineData("health/live", "GET, HEAD, OPTIONS")]
    [InlineData("nothing/here", "")]
    [InlineData("", "")]
    public async Task What_no_function_answers_gets_404_or_405_with_the_methods_there_are(string path, string allow)
    {
        var (status, body, headers) = await Requests.AnswerAsync(FallbackFunctions.Run(Requests.With(), path), Requests.With());
        Assert.Equal(allow, headers.Allow.ToString());
        Assert.Equal(allow.Length == 0 ? 404 : 405, status);
        Assert.Equal(status, (int)body!["status"]!);
    }

    [Theory]
    [InlineData("products", 204)]
    [InlineData("nothing/here", 404)]
    public async Task The_methods_that_there_are_can_be_asked_for(string path, int expected)
    {
        var request = Requests.With();
        request.Method = HttpMethods.Options;
        var (status, body, headers) = await Requests.AnswerAsync(FallbackFunctions.Run(request, path), Requests.With());
        Assert.Equal(expected, status);
        Assert.Equal(expected == 204, body is null);
        Assert.Equal(expected == 204 ? "GET, HEAD, OPTIONS" : "", headers.Allow.ToString());
    }
}
