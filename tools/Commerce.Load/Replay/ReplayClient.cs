using Commerce.Load.Data;
using Commerce.Load.Http;
using Commerce.Load.Measuring;

namespace Commerce.Load.Replay;

/// <summary>What became of one order of the file: the shop's order, or the slug of the refusal.</summary>
internal sealed record Placement(SaleOrder Sale, PlacedOrder? Order, string? Refusal);

/// <summary>One of the replay's clients. Latency is from the first attempt to the final answer, repeats and waiting included.</summary>
internal sealed class ReplayClient(ShopApi shop, ReplayKeys keys, Meter meter, TimeSpan patience, TimeProvider time) : IDisposable
{
    public const int ChargeOperation = 0;
    public const int OrderOperation = 1;
    public const int CancelOperation = 2;
    public static readonly string[] Operations = ["charge", "order", "cancel"];

    private const string Rejected = "rejected";
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);
    private readonly Exchange _exchange = new(shop.Endpoint, TimeSpan.FromSeconds(60));

    public async Task ChargeAsync(string userId, int part, long amount, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var answer = await shop.SendAsync(_exchange, Requests.Charge(shop.Endpoint, userId, amount), keys.Charge(userId, part),
            cancellationToken);
        Record(ChargeOperation, startedAt, answer.IsSuccess ? null : Problem.Kind(answer), answer.Status);
    }

    /// <summary>Places an order whose buyer agrees to what it costs by the prices that the shop showed, if all of them are known.</summary>
    public async Task<Placement> PlaceAsync(SaleOrder sale, long? cost, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var request = Requests.Order(shop.Endpoint, sale.UserId,
            Requests.OrderBody(sale.Lines.Select(line => (line.ProductId, line.Quantity)), cost));
        var answer = await shop.SendAsync(_exchange, request, keys.Order(sale.Key), cancellationToken);
        var placement = await PlacementAsync(sale, answer, cancellationToken);
        if (placement.Refusal == Rejected)
        {
            // It was refused after the shop had answered "pending"; the same request again is answered with the reason.
            answer = await shop.SendAsync(_exchange, request, keys.Order(sale.Key), cancellationToken);
            placement = await PlacementAsync(sale, answer, cancellationToken);
        }
        Record(OrderOperation, startedAt, placement.Refusal, answer.Status);
        return placement;
    }

    /// <summary>Cancels an accepted order; returns it as the shop then answers it, or null when it refuses.</summary>
    public async Task<PlacedOrder?> CancelAsync(string cancellationKey, Placement placement, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var request = Requests.Cancel(shop.Endpoint, placement.Sale.UserId, placement.Order!.OrderId);
        var answer = await shop.SendAsync(_exchange, request, keys.Cancellation(cancellationKey), cancellationToken);
        var cancelled = answer.IsSuccess ? ShopApi.Read(answer, request.Uri.AbsolutePath, ContractJson.Default.PlacedOrder) : null;
        Record(CancelOperation, startedAt, answer.IsSuccess ? null : Problem.Kind(answer), answer.Status);
        return cancelled;
    }

    public void Dispose() => _exchange.Dispose();

    private async Task<Placement> PlacementAsync(SaleOrder sale, Answer answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccess)
            return new Placement(sale, null, Problem.Slug(answer.Body.Span) is { Length: > 0 } slug ? slug : $"status {answer.Status}");
        var order = ShopApi.Read(answer, "orders", ContractJson.Default.PlacedOrder);
        var deadline = time.GetUtcNow() + patience;
        while (order.Status == "pending")
        {
            if (time.GetUtcNow() > deadline)
                return new Placement(sale, null, "still pending");
            await Task.Delay(PollEvery, time, cancellationToken);
            var path = $"api/users/{sale.UserId}/orders/{order.OrderId}";
            var polled = await shop.SendAsync(_exchange, Requests.Get(shop.Endpoint, path), null, cancellationToken);
            order = ShopApi.Read(polled, path, ContractJson.Default.PlacedOrder);
        }
        return order.Status is "paid" or "cancelled" ? new Placement(sale, order, null) : new Placement(sale, null, order.Status);
    }

    private void Record(int operation, long startedAt, string? refusal, int status)
    {
        var outcome = refusal is null ? Outcome.Ok : status >= 500 || refusal == "still pending" ? Outcome.Failed : Outcome.Refused;
        meter.Record(operation, time.GetElapsedTime(startedAt), outcome, refusal);
    }
}
