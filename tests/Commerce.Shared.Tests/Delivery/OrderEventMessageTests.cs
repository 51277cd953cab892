using Commerce.Shared.Delivery;

namespace Commerce.Shared.Tests.Delivery;

public class OrderEventMessageTests
{
    private const string Good =
        """
        {
          "specversion": "1.0", "id": "o-1.paid", "type": "commerce.order.paid", "source": "/commerce/orders", "subject": "o-1",
          "time": "2026-03-01T09:00:01Z", "datacontenttype": "application/json", "data": { "orderId": "o-1", "userId": "u-1" }
        }
        """;

    [Fact]
    public void A_message_is_understood_however_it_is_indented()
    {
        var message = OrderEventMessage.Parse(Good);

        Assert.Equal(
            new OrderEventRef("o-1.paid", "commerce.order.paid", "o-1", "u-1", new DateTimeOffset(2026, 3, 1, 9, 0, 1, TimeSpan.Zero)),
            message.Ref);
        Assert.NotNull(message.Event);
        Assert.Contains("""{"orderId":"o-1","userId":"u-1"}""", Encoded(message), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_check_names_the_order_without_its_data()
    {
        var message = OrderEventMessage.Parse(Without("\"datacontenttype\"", "\"dataref\": \"/users/u%2F1/orders/o-1\" }"));

        Assert.Null(message.Event);
        Assert.Equal("u/1", message.Ref.UserId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData("""{"specversion":"1.0","id":"o-1.paid"}""")]
    public void What_is_no_CloudEvent_is_malformed(string text) =>
        Assert.Throws<MalformedMessageException>(() => OrderEventMessage.Parse(text));

    [Theory]
    [InlineData("\"1.0\"", "\"0.1\"")]
    [InlineData("commerce.order.paid", "commerce.order.lost")]
    [InlineData("\"subject\": \"o-1\",", "")]
    [InlineData("\"time\": \"2026-03-01T09:00:01Z\",", "")]
    [InlineData("2026-03-01T09:00:01Z", "yesterday")]
    [InlineData("\"id\": \"o-1.paid\"", "\"id\": \"o-2.paid\"")]
    [InlineData("\"userId\"", "\"user\"")]
    [InlineData("\"u-1\"", "7")]
    [InlineData("{ \"orderId\": \"o-1\", \"userId\": \"u-1\" }", "\"text\"")]
    public void An_event_of_something_else_is_malformed(string part, string instead) =>
        Assert.Throws<MalformedMessageException>(() => OrderEventMessage.Parse(Good.Replace(part, instead, StringComparison.Ordinal)));

    [Theory]
    [InlineData("\"dataref\": \"/orders/o-1\" }")]
    [InlineData("\"dataref\": \"/users//orders/o-1\" }")]
    [InlineData("\"other\": \"/users/u-1/orders/o-1\" }")]
    public void A_claim_check_that_leads_nowhere_is_malformed(string end) =>
        Assert.Throws<MalformedMessageException>(() => OrderEventMessage.Parse(Without("\"datacontenttype\"", end)));

    private static string Without(string from, string end) => Good[..Good.IndexOf(from, StringComparison.Ordinal)] + end;

    private static string Encoded(OrderEventMessage message) =>
        System.Text.Encoding.UTF8.GetString(CloudEventFormat.Encode(message.Event!).Span);
}
