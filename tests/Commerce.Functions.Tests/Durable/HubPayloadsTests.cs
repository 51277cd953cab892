using Commerce.Functions.Delivery;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.DurableTask.Converters;

namespace Commerce.Functions.Tests.Durable;

/// <summary>
/// Inputs and results stay in the task hub for as long as an instance runs, and new code goes on with them: what is here was written once
/// and is read for ever. A new property changes the text of what is written now; the old text stays, among those that are only read.
/// </summary>
public sealed class HubPayloadsTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, 5, TimeSpan.Zero);

    public static TheoryData<object, string> Written { get; } = new()
    {
        {
            new OrderWork("o-1", "kim", [new("22423", 2, 1_000), new("85123A", 1, 500) { Shard = 3 }])
            {
                Revision = 4,
                IsPriceBound = true,
                PaidAt = At,
            },
            """
            {"OrderId":"o-1","UserId":"kim","Items":[{"ProductId":"22423","Quantity":2,"UnitPrice":1000},
            {"ProductId":"85123A","Quantity":1,"UnitPrice":500,"Shard":3}],
            "Revision":4,"IsPriceBound":true,"PaidAt":"2026-03-01T12:00:00.005+00:00","TotalAmount":2500}
            """
        },
        {
            new Failure(ErrorCode.InsufficientStock, "Too few.")
            {
                Errors = [new("items[0].quantity", "is too much")],
                ProductId = "22423",
                Requested = 3,
                Available = 2,
                ExpectedTotalAmount = 10,
                TotalAmount = 20,
                OrderId = "o-1",
            },
            """
            {"Code":"insufficient-stock","Detail":"Too few.","Errors":[{"Field":"items[0].quantity","Message":"is too much"}],
            "ProductId":"22423","Requested":3,"Available":2,"ExpectedTotalAmount":10,"TotalAmount":20,"OrderId":"o-1"}
            """
        },
        { new RedeliveryRun(7), """{"Failures":7}""" },
        {
            new DrainResult(
                new DrainReport(5, IsBlocked: true, IsHalted: true, At, At.AddMinutes(1)), new RedeliveryRun(2), TimeSpan.FromSeconds(90)),
            """
            {"Report":{"Sent":5,"IsBlocked":true,"IsHalted":true,"NextDueAt":"2026-03-01T12:00:00.005+00:00",
            "RetryAt":"2026-03-01T12:01:00.005+00:00"},"Next":{"Failures":2},"Pause":"00:01:30"}
            """
        },
    };

    public static TheoryData<object, string> OnlyRead { get; } = new()
    {
        // An order of one partition, as nearly all are.
        {
            new OrderWork("o-1", "kim", [new("22423", 2, 1_000)]),
            """
            {"OrderId":"o-1","UserId":"kim","Items":[{"ProductId":"22423","Quantity":2,"UnitPrice":1000}],
            "Revision":0,"IsPriceBound":false,"PaidAt":null,"TotalAmount":2000}
            """
        },
        // Before orders knew of revisions, agreed prices and shards.
        {
            new OrderWork("o-1", "kim", [new("22423", 2, 1_000)]),
            """{"OrderId":"o-1","UserId":"kim","Items":[{"ProductId":"22423","Quantity":2,"UnitPrice":1000}]}"""
        },
        { new Failure(ErrorCode.Busy, "Later."), """{"Code":"busy","Detail":"Later."}""" },
        // The end of a backlog, and a run that found no platform down.
        {
            new DrainResult(new DrainReport(0, IsBlocked: false, IsHalted: false, NextDueAt: null), Next: null, TimeSpan.Zero),
            """
            {"Report":{"Sent":0,"IsBlocked":false,"IsHalted":false,"NextDueAt":null},"Next":null,"Pause":"00:00:00"}
            """
        },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void It_is_written_as_it_was(object payload, string text) =>
        Assert.Equal(OneLine(text), JsonDataConverter.Default.Serialize(payload));

    [Theory]
    [MemberData(nameof(Written))]
    [MemberData(nameof(OnlyRead))]
    public void It_is_read_for_ever(object payload, string text) =>
        Assert.Equivalent(payload, JsonDataConverter.Default.Deserialize(OneLine(text), payload.GetType()), strict: true);

    private static string OneLine(string text) => text.ReplaceLineEndings("");
}
