using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
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
public sealed class StockReserver(StockLedger ledger, StockShards shards, ProductReader products)
{
    // Work in progress on many products at once; more only queues up in the store.
    private static readonly ParallelOptions SomeAtOnce = new() { MaxDegreeOfParallelism = 32 };

    // A product is plentiful while this many pieces, and this many orders of the same size, would still be left.
    private const long PlentifulPiecesMin = 1_000;
    private const long PlentifulOrdersMin = 20;

    /// <summary>Takes all lines at the order's prices, as far as they are in force. What was taken stays so until it is released.</summary>
    public async Task<StockReservation> ReserveAsync(OrderWork work)
    {
        var prices = new long?[work.Items.Count];
        var plentiful = new List<int>();
        for (var i = 0; i < work.Items.Count; i++)
        {
            if (work.Items.Count > 1 && await IsPlentifulAsync(work.Items[i]))
                plentiful.Add(i);
            else if ((prices[i] = await ReserveAsync(work, work.Items[i])) is null)
                return StockReservation.Refused;
        }
        if (plentiful.Count > 0)
            await Parallel.ForEachAsync(plentiful, SomeAtOnce, async (i, _) => prices[i] = await ReserveAsync(work, work.Items[i]));
        if (prices.Contains(null))
            return StockReservation.Refused;
        var isAsOrdered = work.Items.Zip(prices).All(static line => line.First.UnitPrice == line.Second);
        return new(IsRefused: false, isAsOrdered ? null : [.. prices.Select(static price => price!.Value)]);
    }

    /// <summary>
    /// Puts back every line that was taken, and closes every line that was not, so that a late duplicate of the reservation can take
    /// nothing any more.
    /// </summary>
    /// <returns>What had become of each line, aligned with the items; null where there is no such product.</returns>
    public async Task<IReadOnlyList<StockMovement?>> ReleaseAsync(OrderWork work)
    {
        var lines = new StockMovement?[work.Items.Count];
        await Parallel.ForAsync(0, lines.Length, SomeAtOnce, async (i, _) =>
        {
            var item = work.Items[i];
            var seal = new StockCommand.Seal(item.Partition, work.OrderId, item.Quantity);
            lines[i] = await ledger.PeekLineAsync(item.Partition, work.OrderId)
                ?? (await SubmitAsync(seal, ErrorCode.NotFound)).Value?.Record;
            if (lines[i] is { Kind: MovementKind.Sale } sale)
                await SubmitAsync(new StockCommand.Release(item.Partition, work.OrderId, sale));
        });
        return lines;
    }

    /// <summary>
    /// The price at which the line was taken, or is to be asked for again because it is the one in force, in won a piece; null when the
    /// line is refused for good.
    /// </summary>
    private async Task<long?> ReserveAsync(OrderWork work, SoldLine item)
    {
        var reserve = new StockCommand.Reserve(item.Partition, work.OrderId, item.Quantity, item.UnitPrice, work.IsPriceBound);
        var answer = Decided(await shards.SubmitAsync(reserve), ErrorCode.NotFound, ErrorCode.PriceChanged);
        if (!answer.Succeeded)
            return answer.Failure.TotalAmount;
        var line = answer.Value.Record;
        return line.Kind == MovementKind.Sale && (line.UnitPrice == item.UnitPrice || !work.IsPriceBound) ? line.UnitPrice : null;
    }

    private async ValueTask<bool> IsPlentifulAsync(SoldLine item) =>
        await products.PeekAsync(item.Partition) is { } product
        && product.Stock - item.Quantity >= PlentifulPiecesMin
        && product.Stock / PlentifulOrdersMin >= item.Quantity;

    private async Task<Result<Posting<StockMovement>>> SubmitAsync(StockCommand command, params IReadOnlyList<ErrorCode> refusals) =>
        Decided(await ledger.SubmitAsync(command.ProductId, command), refusals);

    /// <param name="answer">What the ledger says.</param>
    /// <param name="refusals">What it may refuse. That there is no such product it says only if the primary does.</param>
    /// <exception cref="UndecidedWriteException">The command was not decided; it is to be repeated.</exception>
    private static Result<Posting<StockMovement>> Decided(
        Result<Posting<StockMovement>> answer, params IReadOnlyList<ErrorCode> refusals) =>
        answer.Failure is { } failure && !refusals.Contains(failure.Code) ? throw new UndecidedWriteException(failure) : answer;
}

/// <summary>What came of taking an order's lines.</summary>
/// <param name="IsRefused">True when a line is refused: the order is to be rejected.</param>
/// <param name="UnitPrices">
/// Won a piece, aligned with the items, when some are not those of the order: of lines that were taken at another price, or were not taken
/// because another one is in force. Null when all lines were taken as ordered.
/// </param>
public sealed record StockReservation(bool IsRefused, IReadOnlyList<long>? UnitPrices)
{
    public static readonly StockReservation Refused = new(true, null);
}
