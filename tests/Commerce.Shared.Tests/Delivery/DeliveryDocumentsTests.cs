using Commerce.Shared.Delivery;

namespace Commerce.Shared.Tests.Delivery;

/// <summary>What holds for all deliveries: orders of operators, open circuit breakers, how far the books were compared.</summary>
public sealed class DeliveryDocumentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_is_sent_while_an_operator_has_paused_or_until_the_platform_s_pause_is_over()
    {
        var asked = new DeliveryControl { PausedByPlatformUntil = Now };
        Assert.False(new DeliveryControl().IsHeldAt(Now));
        Assert.True(new DeliveryControl { IsPaused = true }.IsHeldAt(Now));
        Assert.True(asked.IsHeldAt(Now.AddTicks(-1)));
        Assert.False(asked.IsHeldAt(Now));
        Assert.True((asked with { IsPaused = true }).IsHeldAt(Now));
    }

    [Fact]
    public void An_order_to_go_on_ends_every_pause_and_nothing_else()
    {
        var paused = new DeliveryControl
        {
            IsPaused = true,
            PausedByPlatformUntil = Now.AddHours(1),
            ReleaseParkedUntil = Now,
            ChangedAt = Now,
            ETag = "e",
        };
        Assert.Equal(
            new DeliveryControl { ReleaseParkedUntil = Now, ChangedAt = Now, ETag = "e" }, DeliveryControl.Resumed(paused));
    }

    [Fact]
    public void A_report_of_an_open_breaker_outlives_the_try_that_it_promises_by_ten_minutes()
    {
        var breaker = new OpenBreaker
        {
            Id = OpenBreaker.IdOf("host-1"),
            OpenSince = Now.AddHours(-1),
            ReportedAt = Now,
            RetryAt = Now.AddSeconds(30),
            Detail = "503",
        };
        Assert.Equal(("breaker-host-1", "control", "breaker", 630), (breaker.Id, breaker.Shard, breaker.Type, breaker.TimeToLive));
    }

    [Fact]
    public void The_books_are_compared_for_each_type_of_event_on_its_own()
    {
        var checkpoint = new ReconciliationCheckpoint { PaidUntil = Now, CancelledUntil = Now.AddHours(1), ETag = "e" };
        Assert.Equal(
            (Now, Now.AddHours(1)), (checkpoint.Until(OrderEvents.PaidType), checkpoint.Until(OrderEvents.CancelledType)));
        var later = Now.AddDays(1);
        Assert.Equal(checkpoint with { PaidUntil = later }, checkpoint.MovedTo(OrderEvents.PaidType, later));
        Assert.Equal(checkpoint with { CancelledUntil = later }, checkpoint.MovedTo(OrderEvents.CancelledType, later));
    }

    [Fact]
    public void Four_statuses_speak_for_all_events() => Assert.Equal(
        [429, 502, 503, 504], Enumerable.Range(-1, 1_001).Select(status => status < 0 ? (int?)null : status)
            .Where(DeliveryVerdicts.SpeaksForAll));

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_key_has_24_to_64_bytes(int length, bool isKey)
    {
        byte[] key = [.. Enumerable.Range(1, length).Select(n => (byte)n)];
        Assert.Equal(isKey ? key : null, WebhookSignature.ParseKey("whsec_" + Convert.ToBase64String(key)));
    }
}
