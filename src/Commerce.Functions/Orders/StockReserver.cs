using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;
using Commerce.Shared.Orders;

namespace Commerce.Functions.Orders;

/// <summary>
/// Takes the lines of an order out of stock, and puts them back. Scarce lines go first and one by one in ascending product id, so that
/// of two orders that cross on scarce products one gets all of them, rather than each one half and neither the whole. Of plentiful
/// products there is enough for both whatever the order; they go in parallel.
/// </summary>
public sealed class StockReserver(LedgerWriter<Product, StockCommand, StockMovement> writer, LedgerStore<Product, StockMovement> store)
{
    // Work in progress on many products at once; more only queues up in the store.
    private const int ParallelLinesMax = 32;

    // A product is plentiful while this many pieces, and this many orders of the same size, would still be left.
    private const long PlentifulPiecesMin = 1_000;
    private const long PlentifulOrdersMin = 20;

    /// <summary>Reserves all lines, or tells which one cannot be served. What was reserved then stays so until it is released.</summary>
    public async Task<StockReservation> ReserveAsync(OrderWork work)
    {
        var prices = new long[work.Items.Count];
        var refusals = new Failure?[work.Items.Count];
        var plentiful = new List<int>();
        for (var i = 0; i < work.Items.Count; i++)
        {
            if (work.Items.Count > 1 && await IsPlentifulAsync(work.Items[i]))
                plentiful.Add(i);
            else if (await ReserveLineAsync(i) is { } refusal)
                return new(null, refusal);
        }
        if (plentiful.Count > 0)
        {
            await Parallel.ForEachAsync(
                plentiful, new ParallelOptions { MaxDegreeOfParallelism = ParallelLinesMax }, async (i, _) => refusals[i] = await ReserveLineAsync(i));
        }
        if (refusals.FirstOrDefault(refusal => refusal is not null) is { } first)
            return new(null, first);
        return new(work.Items.Select(item => item.UnitPrice).SequenceEqual(prices) ? null : prices, null);

        async Task<Failure?> ReserveLineAsync(int i)
        {
            var item = work.Items[i];
            var answer = await SubmitAsync(new StockCommand.Reserve(item.ProductId, work.OrderId, item.Quantity));
            if (!answer.Succeeded)
                return answer.Failure with { ProductId = item.ProductId };
            var line = answer.Value.Record;
            prices[i] = line.UnitPrice ?? 0;
            return line.Kind == MovementKind.Refused ? Failure.InsufficientStock(item.ProductId, item.Quantity, line.StockAfter) : null;
        }
    }

    /// <summary>
    /// Puts back every line that was taken, and closes every line that was not, so that a late duplicate of the reservation can take
    /// nothing any more.
    /// </summary>
    public Task ReleaseAsync(OrderWork work) => Parallel.ForEachAsync(
        work.Items, new ParallelOptions { MaxDegreeOfParallelism = ParallelLinesMax }, async (item, _) =>
        {
            var line = await store.FindRecordAsync(item.ProductId, OperationId.Sale(work.OrderId))
                ?? (await SubmitAsync(new StockCommand.Seal(item.ProductId, work.OrderId, item.Quantity))).Value?.Record;
            if (line is { Kind: MovementKind.Sale })
                await SubmitAsync(new StockCommand.Release(item.ProductId, work.OrderId, line));
        });

    private async ValueTask<bool> IsPlentifulAsync(WorkItem item) =>
        await store.PeekAsync(item.ProductId) is { } product
        && product.Stock - item.Quantity >= PlentifulPiecesMin
        && product.Stock / PlentifulOrdersMin >= item.Quantity;

    /// <exception cref="LedgerUnavailableException">The command was not decided; it is to be repeated.</exception>
    private async Task<Result<Posting<StockMovement>>> SubmitAsync(StockCommand command)
    {
        var answer = await writer.SubmitAsync(command.ProductId, command);
        return answer.Failure is { Code: not ErrorCode.NotFound } failure ? throw new LedgerUnavailableException(failure) : answer;
    }
}
