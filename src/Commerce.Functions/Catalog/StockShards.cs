using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Catalog;
using Commerce.Shared.Ledger;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Takes pieces out of the partitions of a product as if they were one. What the partition that is asked does not cover is stolen from the
/// one that has the most; it is refused only when all together had too little at one moment.
/// </summary>
public sealed class StockShards
{
    private const int BatchSizeMax = 1_000;
    private const int QueueLengthMax = 5_000;

    private readonly StockLedger _ledger;
    private readonly StockTransfers _transfers;
    private readonly ShardPrices _prices;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<Want, long?> _covers;

    public StockShards(StockLedger ledger, StockTransfers transfers, ShardPrices prices, TimeProvider time)
    {
        (_ledger, _transfers, _prices, _time) = (ledger, transfers, prices, time);
        _covers = new(CoverAsync, BatchSizeMax, QueueLengthMax);
    }

    /// <summary>
    /// Carries a command out, as <see cref="Ledger.Ledger{THead, TCommand, TRecord}.SubmitAsync"/> does, with all pieces that the product
    /// has. For a product that never was hot it is nothing more.
    /// </summary>
    /// <param name="command">
    /// A reservation in any partition, or an adjustment in the product's own. What is added lies there, and needs no look at the others:
    /// each partition has a bound of its own.
    /// </param>
    /// <exception cref="UndecidedWriteException">Others were faster all the time; to be repeated.</exception>
    public async Task<Result<Posting<StockMovement>>> SubmitAsync(StockCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        for (var races = 0; ; races++)
        {
            var answer = await _ledger.SubmitAsync(command.ProductId, command);
            switch (answer.Failure)
            {
                case { Code: ErrorCode.InsufficientStock }:
                    await LostRaces.BackOffAsync(races, _time);
                    command = command with { Available = await AskAsync(command) };
                    break;
                case { Code: ErrorCode.PriceChanged } when command is StockCommand.Reserve { IsPriceSure: false } reserve
                    && StockPartition.IsShard(reserve.ProductId):
                    await _prices.CopyAsync(StockPartition.Of(reserve.ProductId));
                    command = reserve with { IsPriceSure = true };
                    break;
                default:
                    return answer;
            }
        }
    }

    /// <summary>What all partitions had together, if that is final; null when it is worth another try.</summary>
    private async Task<long?> AskAsync(StockCommand command)
    {
        var (productId, shard) = StockPartition.Of(command.ProductId);
        var want = command switch
        {
            StockCommand.Reserve reserve => new Want(shard, reserve.Quantity),
            StockCommand.Adjust { Delta: < 0 } adjust => new Want(shard, -adjust.Delta),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
        return _covers.TrySubmit(productId, want) is { } answer
            ? await answer
            : throw new UndecidedWriteException(new Failure(ErrorCode.Busy, "Too many wait for pieces of this product."));
    }

    /// <summary>
    /// Sees to it that partitions have what is wanted of them, for all that wait in this process at once: one of them steals for all.
    /// </summary>
    private async Task CoverAsync(string productId, IReadOnlyList<Pending<Want, long?>> batch)
    {
        var stock = await _transfers.SettleAsync(productId);
        if (batch.Any(pending => pending.Work.Quantity > stock.Sum) && !(await _transfers.ReadAsync(productId)).HasMovedSince(stock))
        {
            // Nothing moved between two readings, so what the first one says was so at one moment between them.
            foreach (var pending in batch.Where(pending => pending.Work.Quantity > stock.Sum))
                pending.Complete(stock.Sum);
        }
        foreach (var home in batch.Where(pending => pending.Work.Quantity <= stock.Sum).GroupBy(static pending => pending.Work.Home))
        {
            var wanted = home.Sum(static pending => pending.Work.Quantity);
            while (stock.StockOf(home.Key) < wanted
                && stock.Steal(home.Key, wanted - stock.StockOf(home.Key)) is var (from, transfer)
                && await _transfers.TryMoveAsync(productId, from, transfer))
                stock = stock.After(from, transfer);
        }
        foreach (var pending in batch)
            pending.Complete(null);
    }

    /// <param name="Home">The partition that is asked.</param>
    /// <param name="Quantity">Pieces that it is to have.</param>
    private readonly record struct Want(int Home, long Quantity);
}
