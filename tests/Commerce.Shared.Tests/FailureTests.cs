using System.Text.Json;

namespace Commerce.Shared.Tests;

/// <summary>Refusals are shown to people and stored with orders: each is held to its whole text, its fields and its numbers.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_refusal_says_what_is_wrong_in_words_and_numbers()
    {
        (Failure Refusal, string Told)[] cases =
        [
            (Failure.Superseded,
                """{"Code":"busy","Detail":"What this was meant for has changed in the meantime. Try again."}"""),
            (Failure.KeyReused,
                """{"Code":"idempotency-key-reused","Detail":"The Idempotency-Key was used before for a different request."}"""),
            (Failure.Validation("items[2].quantity", "must be 1 to 9"),
                """
                {"Code":"validation","Detail":"items[2].quantity: must be 1 to 9",
                "Errors":[{"Field":"items[2].quantity","Message":"must be 1 to 9"}]}
                """),
            (Failure.OfField(ErrorCode.PayloadTooLarge, "body", "is too large"),
                """{"Code":"payload-too-large","Detail":"body: is too large","Errors":[{"Field":"body","Message":"is too large"}]}"""),
            (Failure.NotFound("There is nothing."), """{"Code":"not-found","Detail":"There is nothing."}"""),
            (Failure.InsufficientStock("p", 3, 2),
                """
                {"Code":"insufficient-stock","Detail":"Product 'p' has 2 left; 3 were requested.",
                "ProductId":"p","Requested":3,"Available":2}
                """),
            (Failure.InsufficientBalance(3_000, 2_000),
                """
                {"Code":"insufficient-balance","Detail":"The balance is 2000 won; 3000 won are needed.",
                "Requested":3000,"Available":2000}
                """),
            (Failure.PriceChanged(10, 12),
                """
                {"Code":"price-changed","Detail":"The order costs 12 won now, not the 10 won that were agreed to.",
                "ExpectedTotalAmount":10,"TotalAmount":12}
                """),
        ];
        Assert.All(cases, one => AssertTold(one.Told, one.Refusal));
    }

    [Fact]
    public void A_result_is_a_value_or_a_refusal()
    {
        Result<string> good = "value";
        Result<string> bad = Failure.Superseded;
        Assert.Equal((true, "value", null), (good.Succeeded, good.Value, good.Failure));
        Assert.Equal((false, null, Failure.Superseded), (bad.Succeeded, bad.Value, bad.Failure));
    }

    /// <summary>The whole of a refusal, as JSON without what it does not say.</summary>
    internal static void AssertTold(string expected, Failure? refusal) =>
        Assert.Equal(expected.ReplaceLineEndings(""), JsonSerializer.Serialize(refusal, Options));

    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
