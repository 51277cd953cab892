using System.Text;
using System.Text.Json;
using Commerce.Shared.Delivery;
using Commerce.Shared.Orders;
using NJsonSchema;

namespace Commerce.Shared.Tests.Delivery;

public class OrderEventsTests
{
    private static readonly DateTimeOffset PlacedAt = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly Order Paid = new()
    {
        Id = "o-1",
        UserId = "u-1",
        Status = OrderStatus.Paid,
        Fingerprint = "f",
        Lines = [new("85123A", "하얀 하트 랜턴 \"흰색\"", 4_500, 6, 27_000)],
        TotalAmount = 27_000,
        CreatedAt = PlacedAt,
        PaidAt = PlacedAt.AddSeconds(1),
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    };

    private static readonly Order Cancelled = Paid with { Status = OrderStatus.Cancelled, CancelledAt = PlacedAt.AddHours(1) };

    [Fact]
    public void A_paid_order_becomes_a_complete_CloudEvent()
    {
        var json = JsonDocument.Parse(OrderEvents.Paid(Paid)).RootElement;

        Assert.Equal("1.0", json.GetProperty("specversion").GetString());
        Assert.Equal("o-1.paid", json.GetProperty("id").GetString());
        Assert.Equal("commerce.order.paid", json.GetProperty("type").GetString());
        Assert.Equal("/commerce/orders", json.GetProperty("source").GetString());
        Assert.Equal("o-1", json.GetProperty("subject").GetString());
        Assert.Equal(Paid.PaidAt, json.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("application/json", json.GetProperty("datacontenttype").GetString());
        Assert.Equal("https://commerce.example/events/order-event.v1.schema.json", json.GetProperty("dataschema").GetString());
        Assert.Equal(Paid.TraceParent, json.GetProperty("traceparent").GetString());
        var data = json.GetProperty("data");
        Assert.Equal("paid", data.GetProperty("status").GetString());
        Assert.Equal(27_000, data.GetProperty("totalAmount").GetInt64());
        Assert.Equal("하얀 하트 랜턴 \"흰색\"", data.GetProperty("lines")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_cancelled_order_becomes_an_event_of_its_own()
    {
        var json = JsonDocument.Parse(OrderEvents.Cancelled(Cancelled)).RootElement;

        Assert.Equal("o-1.cancelled", json.GetProperty("id").GetString());
        Assert.Equal("commerce.order.cancelled", json.GetProperty("type").GetString());
        Assert.Equal(Cancelled.CancelledAt, json.GetProperty("time").GetDateTimeOffset());
        Assert.Equal("cancelled", json.GetProperty("data").GetProperty("status").GetString());
    }

    [Fact]
    public void A_paid_event_is_the_same_before_and_after_the_cancellation() =>
        Assert.Equal(OrderEvents.Paid(Paid), OrderEvents.Paid(Cancelled));

    [Fact]
    public void Events_that_never_happened_are_refused()
    {
        Assert.Throws<ArgumentException>(() => OrderEvents.Paid(Paid with { PaidAt = null }));
        Assert.Throws<ArgumentException>(() => OrderEvents.Cancelled(Paid));
    }

    [Fact]
    public async Task The_data_is_as_the_published_schema_says()
    {
        var schema = await JsonSchema.FromFileAsync(
            Path.Combine(AppContext.BaseDirectory, "schemas", "order-event.v1.schema.json"), TestContext.Current.CancellationToken);
        var paid = DataOf(OrderEvents.Paid(Paid));

        Assert.Empty(schema.Validate(paid));
        Assert.Empty(schema.Validate(DataOf(OrderEvents.Cancelled(Cancelled))));
        Assert.NotEmpty(schema.Validate(paid.Replace("\"paid\"", "\"cancelled\"", StringComparison.Ordinal)));
        Assert.NotEmpty(schema.Validate(paid.Replace("27000", "\"27000\"", StringComparison.Ordinal)));
        Assert.NotEmpty(schema.Validate(paid.Replace("\"orderId\"", "\"order\"", StringComparison.Ordinal)));
    }

    private static string DataOf(string message) => JsonDocument.Parse(message).RootElement.GetProperty("data").GetRawText();

    [Fact]
    public void An_order_too_large_for_a_message_travels_as_a_claim_check()
    {
        var name = new string('가', Limits.NameLengthMax);
        var large = Paid with
        {
            UserId = "u/1",
            Lines = [.. Enumerable.Range(0, Limits.OrderLinesMax).Select(i => new OrderLine($"p-{i}", name, 1, 1, 1))],
        };

        var message = OrderEvents.Paid(large);

        Assert.True(Encoding.UTF8.GetByteCount(message) < 1_000);
        var json = JsonDocument.Parse(message).RootElement;
        Assert.False(json.TryGetProperty("data", out _));
        Assert.Equal("/users/u%2F1/orders/o-1", json.GetProperty("dataref").GetString());
        Assert.Equal("o-1.paid", json.GetProperty("id").GetString());
    }
}
