using Commerce.Functions.Http;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Http;
using Commerce.Shared;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Tests.Orders;

/// <summary>What each state of an order is answered as.</summary>
public sealed class OrderAnswersTests
{
    private const string Location = "/api/users/u-1/orders/o-1";

    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_paid_order_is_created()
    {
        var (status, body, headers) = await Requests.AnswerAsync(OrderAnswers.Placed(Order(OrderStatus.Paid, revision: 2), default));
        Assert.Equal((201, Location, "\"paid-2\"", "paid"),
            (status, headers.Location.ToString(), headers.ETag.ToString(), (string?)body!["status"]));
        Assert.Equal(("o-1", 2_000L), ((string?)body["orderId"], (long)body["totalAmount"]!));
        Assert.Equal("", headers.RetryAfter.ToString());
    }

    /// <summary>The key stands for placing the order, and what came of that does not change.</summary>
    [Fact]
    public async Task A_repeat_is_answered_as_the_first_time_though_the_order_was_cancelled_since()
    {
        var first = await Requests.AnswerAsync(OrderAnswers.Placed(Order(OrderStatus.Paid), default));
        var repeat = await Requests.AnswerAsync(OrderAnswers.Placed(Order(OrderStatus.Cancelled), default));
        Assert.Equal(
            (first.Status, first.Body!.ToJsonString(), first.Headers.ETag),
            (repeat.Status, repeat.Body!.ToJsonString(), repeat.Headers.ETag));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_that_is_not_decided_is_accepted_and_can_be_asked_for_in_a_second(bool respondAsync)
    {
        var preference = new Preference(respondAsync, null, null);
        foreach (var answer in new[]
        {
            OrderAnswers.Placed(Order(OrderStatus.Pending), preference), OrderAnswers.Cancelled(Order(OrderStatus.Paid), preference),
        })
        {
            var (status, _, headers) = await Requests.AnswerAsync(answer);
            Assert.Equal((202, Location, "1"), (status, headers.Location.ToString(), headers.RetryAfter.ToString()));
            Assert.Equal(respondAsync ? "respond-async" : "", headers["Preference-Applied"].ToString());
            // What is about to change has no version to be known by.
            Assert.Equal("", headers.ETag.ToString());
        }
    }

    public static TheoryData<Failure> Rejections =>
    [
        Failure.InsufficientStock("p-1", 3, 1),
        Failure.InsufficientBalance(2_000, 100),
        Failure.PriceChanged(2_000, 3_000),
        Failure.NotFound("There is no product 'p-1'.") with { ProductId = "p-1" },
    ];

    [Theory]
    [MemberData(nameof(Rejections))]
    public async Task A_rejected_order_is_a_problem_with_its_numbers_that_tells_where_the_order_is(Failure reason)
    {
        var (status, body, headers) = await Requests.AnswerAsync(
            OrderAnswers.Placed(Order(OrderStatus.Rejected) with { Rejection = reason }, default));
        Assert.Equal((ProblemTable.Of(reason.Code).Status, ProblemTable.Of(reason.Code).Type, Location),
            (status, (string?)body!["type"], headers.Location.ToString()));
        Assert.Equal("o-1", (string?)body["orderId"]);
        Assert.Equal(
            (reason.Requested, reason.Available, reason.ExpectedTotalAmount, reason.TotalAmount, reason.ProductId),
            ((long?)body["requested"], (long?)body["available"], (long?)body["expectedTotalAmount"], (long?)body["totalAmount"],
                (string?)body["productId"]));
    }

    [Fact]
    public async Task What_was_not_accepted_is_a_problem_of_no_order()
    {
        Result<Order> refused = Failure.KeyReused;
        foreach (var answer in new[] { OrderAnswers.Placed(refused, default), OrderAnswers.Cancelled(refused, default) })
        {
            var (status, body, headers) = await Requests.AnswerAsync(answer);
            Assert.Equal((422, ""), (status, headers.Location.ToString()));
            Assert.Null(body!["orderId"]);
        }
    }

    [Fact]
    public async Task A_cancelled_order_is_shown_as_it_is()
    {
        var (status, body, headers) = await Requests.AnswerAsync(OrderAnswers.Cancelled(Order(OrderStatus.Cancelled), default));
        Assert.Equal((200, "\"cancelled-0\"", "cancelled", "2026-03-02T13:00:00.0000000Z"),
            (status, headers.ETag.ToString(), (string?)body!["status"], (string?)body["cancelledAt"]));
    }

    [Fact]
    public void Each_state_and_each_price_of_an_order_has_a_version_of_its_own() => Assert.Distinct(
        from status in Enum.GetValues<OrderStatus>()
        from revision in new[] { 0, 1, 11 }
        select OrderAnswers.ETag(Order(status, revision)));

    /// <summary>The setting here is 10 seconds.</summary>
    [Theory]
    [InlineData(false, null, 10)]
    [InlineData(false, 3, 3)]
    [InlineData(false, 0, 0)]
    [InlineData(false, 10, 10)]
    [InlineData(false, 11, 10)]
    [InlineData(false, int.MaxValue, 10)]
    [InlineData(true, null, 0)]
    [InlineData(true, 5, 0)]
    public void A_client_is_waited_for_as_long_as_it_likes_but_no_longer_than_the_setting(bool respondAsync, int? asked, int seconds)
    {
        TimeSpan? wait = asked is { } wanted ? TimeSpan.FromSeconds(wanted) : null;
        Assert.Equal(
            TimeSpan.FromSeconds(seconds),
            OrderAnswers.Wait(new Preference(respondAsync, wait, null), new OrderOptions { WaitSeconds = 10 }));
    }

    private static Order Order(OrderStatus status, int revision = 0) => new()
    {
        Id = "o-1",
        UserId = "u-1",
        Status = status,
        Fingerprint = "f",
        Lines = [new("p-1", "Lantern", 1_000, 2, 2_000)],
        TotalAmount = 2_000,
        CreatedAt = Noon,
        PaidAt = status is OrderStatus.Paid or OrderStatus.Cancelled ? Noon.AddSeconds(1) : null,
        CancelledAt = status == OrderStatus.Cancelled ? Noon.AddHours(1) : null,
        Revision = revision,
    };
}
