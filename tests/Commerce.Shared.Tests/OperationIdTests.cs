namespace Commerce.Shared.Tests;

/// <summary>Ids are in stored documents: what they are made of may never change. The values were had from another implementation.</summary>
public sealed class OperationIdTests
{
    private const string OrderId = "o-Up6lfKrgdRIXNx344SquTA";

    [Fact]
    public void An_orders_id_follows_from_user_and_key()
    {
        Assert.Equal(OrderId, OperationId.Order("kim", "key-1"));
        Assert.Equal("o-bzPI7epw2wVUh_YyKenhGw", OperationId.Order("김", "열쇠"));
    }

    [Fact]
    public void A_charges_id_follows_from_user_and_key() =>
        Assert.Equal("charge-1E5HXxnQGgyasd4fOo0PnQ", OperationId.Charge("kim", "key-1"));

    [Fact]
    public void A_cancellations_id_follows_from_user_and_key() =>
        Assert.Equal("cancellation-62Wp8p90XP8TLZp6hBVYzg", OperationId.Cancellation("kim", "key-1"));

    [Fact]
    public void An_adjustments_id_follows_from_product_and_key() =>
        Assert.Equal("adjustment-yf8DT5_OxCogtYIuQZ2P7Q", OperationId.Adjustment("P1", "key-1"));

    [Fact]
    public void The_records_of_an_order_are_named_after_it()
    {
        Assert.Equal($"payment-{OrderId}", OperationId.Payment(OrderId));
        Assert.Equal($"refund-{OrderId}", OperationId.Refund(OrderId));
        Assert.Equal($"sale-{OrderId}", OperationId.Sale(OrderId));
        Assert.Equal($"release-{OrderId}", OperationId.Release(OrderId));
    }

    [Fact]
    public void A_fingerprint_tells_where_one_part_ends_and_the_next_begins()
    {
        Assert.Equal("YAFKNtewWwcw5CqLlvqh_w", OperationId.Fingerprint("ab", "c"));
        Assert.Equal("R-pvgFxbZj4zASzTQYThOQ", OperationId.Fingerprint("a", "bc"));
        Assert.Equal("47DEQpj8HBSa-_TImW-5JA", OperationId.Fingerprint());
    }
}
