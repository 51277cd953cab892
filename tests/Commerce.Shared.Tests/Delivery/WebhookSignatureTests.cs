using System.Text;
using Commerce.Shared.Delivery;

namespace Commerce.Shared.Tests.Delivery;

public class WebhookSignatureTests
{
    // The example of the Standard Webhooks reference libraries.
    private const string Key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void A_signature_is_that_of_the_reference_libraries()
    {
        var body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, WebhookSignature.ParseKey(Key)!));
    }

    [Fact]
    public void Two_keys_make_two_signatures()
    {
        var other = new byte[24];

        var signature = WebhookSignature.Sign("id", "1", "{}"u8, WebhookSignature.ParseKey(Key)!, other);

        Assert.Equal(
            [WebhookSignature.Sign("id", "1", "{}"u8, WebhookSignature.ParseKey(Key)!), WebhookSignature.Sign("id", "1", "{}"u8, other)],
            signature.Split(' '));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64")]
    public void A_key_of_another_form_is_refused(string text) => Assert.Null(WebhookSignature.ParseKey(text));

    [Fact]
    public void A_timestamp_is_whole_seconds() =>
        Assert.Equal("1614265330", WebhookSignature.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(1_614_265_330_999)));
}
