using Commerce.Functions.Http;
using Commerce.Functions.Metrics;
using Commerce.Functions.Orders;
using Commerce.Functions.Tests.Support;
using Commerce.Shared;
using Commerce.Shared.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Functions.Tests.Metrics;

public sealed class MetricsMiddlewareTests
{
    private static readonly TimeSpan Taken = TimeSpan.FromMilliseconds(40);

    private readonly FakeTimeProvider _time = new(new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly OrderMetrics _metrics;

    public MetricsMiddlewareTests() => _metrics = new OrderMetrics(_time);

    [Theory]
    [InlineData("PostOrder")]
    [InlineData("CheckoutCart")]
    public async Task What_becomes_of_a_call_that_places_an_order_is_counted_with_how_long_it_took(string function)
    {
        var (paid, pending, rejected) = (Order(OrderStatus.Paid), Order(OrderStatus.Pending), Order(OrderStatus.Rejected));
        foreach (var outcome in new Result<Order>[] { paid, Order(OrderStatus.Cancelled), pending, rejected, Failure.KeyReused })
            await RunAsync(function, () => OrderAnswers.Placed(outcome, default));
        await RunAsync(function, () => Answers.Problem(new Failure(ErrorCode.IdempotencyKeyReused, "used")));

        var view = Read();
        Assert.Equal((2, 3, 1), view.Seconds.Aggregate((0, 0, 0), (sum, second) =>
            (sum.Item1 + second.Paid, sum.Item2 + second.Refused, sum.Item3 + second.Pending)));
        Assert.Equal(
            [new RefusalView(ErrorCode.IdempotencyKeyReused, 2), new RefusalView(ErrorCode.InsufficientStock, 1)], view.Refusals);
        Assert.Equal(6, view.Latency!.Count);
        Assert.InRange(view.Latency.P99Ms, 40, 44);
    }

    [Theory]
    [InlineData("ShowOrder")]
    [InlineData("PostCancellation")]
    [InlineData("postorder")]
    public async Task No_other_call_is_counted(string function)
    {
        var isReached = false;
        await RunAsync(function, () =>
        {
            isReached = true;
            return Answers.Problem(Failure.NotFound("none"));
        });
        Assert.True(isReached);
        Assert.Empty(Read().Seconds);
    }

    /// <summary>What became of it nobody knows yet: the repeat will tell.</summary>
    [Fact]
    public async Task A_call_that_fails_counts_as_nothing_and_its_fault_goes_on()
    {
        var fault = new HttpRequestException("down");
        Assert.Same(fault, await Record.ExceptionAsync(() => RunAsync("PostOrder", () => throw fault)));
        Assert.Empty(Read().Seconds);
    }

    [Fact]
    public async Task An_operator_is_told_what_was_counted()
    {
        await RunAsync("PostOrder", () => OrderAnswers.Placed(Order(OrderStatus.Rejected), default));
        _time.Advance(TimeSpan.FromSeconds(1));
        await using var services = new ServiceCollection().AddSingleton(_metrics).BuildServiceProvider();

        var reply = await services.CallAsync<MetricsFunctions>((functions, request) => Task.FromResult(functions.Get(request)));

        Assert.Equal((200, _metrics.Instance, 120L), (reply.Status, (string?)reply.Body!["instance"], reply.Number("windowSeconds")));
        Assert.Equal(
            """[{"at":"2026-03-02T09:00:00.0000000Z","paid":0,"refused":1,"pending":0}]""", reply.Body["seconds"]!.ToJsonString());
        Assert.Equal("""[{"code":"insufficient-stock","count":1}]""", reply.Body["refusals"]!.ToJsonString());
        Assert.Equal(1, (long)reply.Body["latency"]!["count"]!);
    }

    private MetricsView Read()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return _metrics.Read();
    }

    private async Task RunAsync(string function, Func<IResult> answer)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await new MetricsMiddleware(_metrics, _time).Invoke(new FakeRun(services, function), context =>
        {
            _time.Advance(Taken);
            context.GetInvocationResult().Value = answer();
            return Task.CompletedTask;
        });
    }

    private static Order Order(OrderStatus status) => new()
    {
        Id = "o-1",
        UserId = "u-1",
        Status = status,
        Fingerprint = "f",
        Lines = [],
        TotalAmount = 0,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Rejection = status == OrderStatus.Rejected ? Failure.InsufficientStock("p-1", 2, 1) : null,
    };
}
