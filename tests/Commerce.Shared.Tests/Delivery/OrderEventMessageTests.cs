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
    [InlineData("2026-03-01T09:00:01Z", "yesterday")]
    [InlineData("\"userId\"", "\"user\"")]
    [InlineData("\"u-1\"", "7")]
    [InlineData("{ \"orderId\": \"o-1\", \"userId\": \"u-1\" }", "\"text\"")]
    public void An_event_of_another_form_is_malformed_and_the_fault_is_told(string part, string instead)
    {
        var malformed = Malformed(Good.Replace(part, instead, StringComparison.Ordinal));
        Assert.Equal("The message is no CloudEvent of an order: " + malformed.InnerException!.Message, malformed.Message);
    }

    [Theory]
    [InlineData("commerce.order.paid", "commerce.order.lost", "type")]
    [InlineData("\"subject\": \"o-1\",", "", "subject")]
    [InlineData("\"time\": \"2026-03-01T09:00:01Z\",", "", "time")]
    [InlineData("\"id\": \"o-1.paid\"", "\"id\": \"o-2.paid\"", "id")]
    [InlineData("\"id\": \"o-1.paid\"", "\"id\": \"o-12.paid\"", "id")]
    [InlineData("\"u-1\"", "null", "data.userId")]
    public void An_event_of_something_else_is_malformed_and_the_attribute_is_told(string part, string instead, string attribute) =>
        AssertMissing(attribute, Good.Replace(part, instead, StringComparison.Ordinal));

    [Theory]
    [InlineData("\"dataref\": \"/orders/o-1\" }", "dataref")]
    [InlineData("\"dataref\": \"/users//orders/o-1\" }", "dataref")]
    [InlineData("\"dataref\": \"/buyers/u-1/orders/o-1\" }", "dataref")]
    [InlineData("\"dataref\": \"/users/u-1/carts/o-1\" }", "dataref")]
    [InlineData("\"other\": \"/users/u-1/orders/o-1\" }", "data")]
    public void A_claim_check_that_leads_nowhere_is_malformed(string end, string attribute) =>
        AssertMissing(attribute, Without("\"datacontenttype\"", end));

    [Fact]
    public void A_claim_check_may_be_of_a_cancelled_order()
    {
        var paid = Without("\"datacontenttype\"", "\"dataref\": \"/users/u/orders/o-1\" }");
        var message = OrderEventMessage.Parse(paid.Replace("paid", "cancelled", StringComparison.Ordinal));
        Assert.Equal(("commerce.order.cancelled", "o-1.cancelled", "u"), (message.Ref.EventType, message.Ref.EventId, message.Ref.UserId));
    }

    private static MalformedMessageException Malformed(string text) =>
        Assert.Throws<MalformedMessageException>(() => OrderEventMessage.Parse(text));

    private static void AssertMissing(string attribute, string text) => Assert.Equal(
        $"The message is no CloudEvent of an order: '{attribute}' is missing or unknown.", Malformed(text).Message);

    private static string Without(string from, string end) => Good[..Good.IndexOf(from, StringComparison.Ordinal)] + end;

    private static string Encoded(OrderEventMessage message) =>
        System.Text.Encoding.UTF8.GetString(CloudEventFormat.Encode(message.Event!).Span);
}
