using Commerce.Shared.Delivery;
using Commerce.Shared.Ranking;

namespace Commerce.Shared.Tests;

/// <summary>An argument that must not be null is named when it is, before anything is done.</summary>
public sealed class MissingArgumentsTests
{
    private static readonly SalesBoard Board = new(DateTimeOffset.UnixEpoch.AddYears(50));

    private static readonly SegmentWrite Write = new(BucketLevel.Fine, 0, [new(DateTimeOffset.UnixEpoch, [])]);

    private static readonly EventDelivery Delivery = EventDelivery.Of(
        new("o-1.paid", OrderEvents.PaidType, "o-1", "u-1", DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch);

    public static TheoryData<string, Action> Calls { get; } = new()
    {
        { "products", static () => SaleFactReader.Read("{}"u8, null!, []) },
        { "facts", static () => SaleFactReader.Read("{}"u8, new(), null!) },
        { "level", static () => Board.Load(null!, DateTimeOffset.UnixEpoch, 0, []) },
        { "entries", static () => Board.Load(BucketLevel.Fine, DateTimeOffset.UnixEpoch, 0, null!) },
        { "window", static () => Board.StartOf(null!) },
        { "others", static () => new SalesByProduct().Accumulate(null!) },
        { "write", static () => SalesSegmentJson.IdOf(null!, 1) },
        { "write", static () => SalesSegmentJson.Write(null!, "s", 1, new()) },
        { "products", static () => SalesSegmentJson.Write(Write, "s", 1, null!) },
        { "board", static () => SalesSegmentJson.Load(default, null!) },
        { "text", static () => OrderEventMessage.Parse(null!) },
        { "order", static () => OrderEvents.Happened("lost", null!) },
        { "attempt", static () => Delivery.After(null!) },
        { "text", static () => WebhookSignature.ParseKey(null!) },
    };

    [Theory]
    [MemberData(nameof(Calls), DisableDiscoveryEnumeration = true)]
    public void What_must_not_be_null_is_named(string parameter, Action call) => Assert.Throws<ArgumentNullException>(parameter, call);
}
