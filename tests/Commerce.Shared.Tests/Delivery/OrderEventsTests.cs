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

    /// <summary>An attribute may hold no control character; an order may have been stored with one.</summary>
    [Fact]
    public void An_order_with_a_trace_parent_that_is_none_has_its_event_without_it()
    {
        var message = OrderEvents.Paid(Paid with { TraceParent = "hello\u0001" });

        Assert.Equal("o-1.paid", JsonDocument.Parse(message).RootElement.GetProperty("id").GetString());
        Assert.DoesNotContain("traceparent", message, StringComparison.Ordinal);
    }

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

    /// <summary>The host takes a text for a time where it looks like one, and writes it in its own zone.</summary>
    [Theory]
    [InlineData("u", "p", "2026-03-01T09:00:00+09:00", false)]
    [InlineData("u", "p", "/Date(1700000000000)/", false)]
    [InlineData("u", "2026-03-01T09:00:00+09:00", "n", false)]
    [InlineData("2026-03-01T09:00:00+09:00", "p", "n", false)]
    [InlineData("u", "p", "2026-03-01 calendar", true)]
    [InlineData("u", "p", "12345678901 Tea", true)]
    [InlineData("u", "p", "2026-03-01", true)]
    [InlineData("u", "p", "T", true)]
    public void A_text_that_looks_like_a_time_does_not_travel(string userId, string productId, string name, bool travels)
    {
        var order = Paid with { UserId = userId, Lines = [new(productId, name, 10, 1, 10)] };
        var message = OrderEvents.Paid(order);
        var json = JsonDocument.Parse(message).RootElement;

        Assert.Equal(userId, OrderEventMessage.Parse(message).Ref.UserId);
        Assert.Equal((travels, !travels), (json.TryGetProperty("data", out _), json.TryGetProperty("dataref", out _)));
    }

    [Fact]
    public void One_line_of_many_that_looks_like_a_time_keeps_all_from_travelling()
    {
        var order = Paid with { Lines = [new("p", "Tea", 10, 1, 10), new("q", "2026-03-01T09:00:00+09:00", 10, 1, 10)] };
        Assert.False(JsonDocument.Parse(OrderEvents.Paid(order)).RootElement.TryGetProperty("data", out _));
    }

    [Fact]
    public void A_paid_event_is_the_same_before_and_after_the_cancellation() =>
        Assert.Equal(OrderEvents.Paid(Paid), OrderEvents.Paid(Cancelled));

    [Fact]
    public void Events_that_never_happened_are_refused()
    {
        AssertRefused("order", "Order 'o-1' has not been paid.", () => OrderEvents.Paid(Paid with { PaidAt = null }));
        AssertRefused("order", "Order 'o-1' has not been paid.", () => OrderEvents.Cancelled(Cancelled with { PaidAt = null }));
        AssertRefused("order", "Order 'o-1' is not cancelled.", () => OrderEvents.Cancelled(Paid));
        AssertRefused("type", "Orders have no events of type 'lost'.", () => OrderEvents.Event("lost", Paid));

        static void AssertRefused(string parameter, string message, Func<object> make) =>
            Assert.Equal($"{message} (Parameter '{parameter}')", Assert.Throws<ArgumentException>(parameter, make).Message);
    }

    [Fact]
    public void An_event_is_written_as_it_always_was()
    {
        const string Head =
            """
            {"specversion":"1.0","id":"o-1.cancelled","type":"commerce.order.cancelled","source":"/commerce/orders","subject":"o-1",
            "time":"2026-03-01T10:00:00Z","dataschema":"https://commerce.example/events/order-event.v1.schema.json",
            "datacontenttype":"application/json","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            """;
        const string Data =
            """
            "data":{"orderId":"o-1","userId":"u-1","status":"cancelled",
            "lines":[{"productId":"85123A","name":"하얀 하트 랜턴 \"흰색\"","unitPrice":4500,"quantity":6,"amount":27000}],
            "totalAmount":27000,"currency":"KRW","createdAt":"2026-03-01T09:00:00.0000000Z","paidAt":"2026-03-01T09:00:01.0000000Z",
            "cancelledAt":"2026-03-01T10:00:00.0000000Z"}}
            """;
        Assert.Equal((Head + Data).ReplaceLineEndings(""), OrderEvents.Cancelled(Cancelled));
    }

    [Theory]
    [InlineData(OrderEvents.PaidType, "o-1.paid")]
    [InlineData(OrderEvents.CancelledType, "o-1.cancelled")]
    public void An_event_is_had_by_its_type(string type, string id)
    {
        Assert.Equal((type, id), (OrderEvents.Event(type, Cancelled).Type, OrderEvents.Event(type, Cancelled).Id));
        Assert.Equal(new OrderEventRef(id, type, "o-1", "u-1", PlacedAt), OrderEvents.Ref(type, "o-1", "u-1", PlacedAt));
    }

    [Fact]
    public void What_happened_to_an_order_is_told_by_its_times()
    {
        var (pending, half) = (Paid with { PaidAt = null }, Cancelled with { PaidAt = null });
        Assert.Equal(
            [(false, false), (true, false), (true, true), (false, false)],
            new[] { pending, Paid, Cancelled, half }.Select(order =>
                (OrderEvents.Happened(OrderEvents.PaidType, order), OrderEvents.Happened(OrderEvents.CancelledType, order))));
        Assert.False(OrderEvents.Happened("lost", Cancelled));
    }

    [Theory]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA.paid", true)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA.cancelled", true)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA.lost", false)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA.", false)]
    [InlineData("o-AAAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("o-1.paid", false)]
    [InlineData(".paid", false)]
    [InlineData("", false)]
    public void An_event_s_id_is_known_by_its_shape(string text, bool isEventId) => Assert.Equal(isEventId, OrderEvents.IsEventId(text));

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
