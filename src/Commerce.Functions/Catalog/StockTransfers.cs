using System.Globalization;
using Commerce.Functions.Cosmos;
using Commerce.Shared.Catalog;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Catalog;

/// <summary>
/// Moves pieces between the partitions of a hot product. No batch spans two partitions, so a transfer is three writes: the pieces leave one
/// with a note of where they go, arrive in the other once, by the id of their movement, and the note is struck out. Whoever meets a note
/// does the rest, so a crash after any of them loses nothing.
/// </summary>
public sealed class StockTransfers(CommerceDatabase database, StockLedger ledger, ProductReader products, TimeProvider time)
{
    private readonly Container _catalog = database[CommerceDatabase.Catalog];

    /// <summary>All heads of a product, each as it was at some moment meanwhile.</summary>
    internal async Task<SplitStock> ReadAsync(string productId, CancellationToken ct = default)
    {
        var own = await products.FindAtPrimaryAsync(productId, ct);
        var shards = await Task.WhenAll(Enumerable.Range(1, own?.ShardsMade ?? 0)
            .Select(shard => products.FindAtPrimaryAsync(StockPartition.KeyOf(productId, shard), ct)));
        return new([own, .. shards]);
    }

    /// <summary>All heads, with no transfer under way: those that are found are finished first.</summary>
    /// <exception cref="UndecidedWriteException">There are always new ones.</exception>
    internal async Task<SplitStock> SettleAsync(string productId, CancellationToken ct = default)
    {
        for (var races = 0; ; races++)
        {
            var stock = await ReadAsync(productId, ct);
            if (!stock.UnderWay.Any())
                return stock;
            foreach (var (from, transfer) in stock.UnderWay)
                await FinishAsync(productId, from, transfer);
            await LostRaces.BackOffAsync(races, time);
        }
    }

    /// <summary>Moves pieces; false when they are not there any more, or others are under way: it is to be looked anew.</summary>
    /// <param name="productId">The product.</param>
    /// <param name="from">The partition that they leave.</param>
    /// <param name="transfer">What goes where.</param>
    internal async Task<bool> TryMoveAsync(string productId, int from, StockTransfer transfer)
    {
        var key = StockPartition.KeyOf(productId, from);
        var given = await ledger.SubmitAsync(key, new StockCommand.Give(key, transfer));
        if (!given.Succeeded)
            return false;
        await FinishAsync(productId, from, transfer);
        return true;
    }

    /// <summary>Does what is left to do of a transfer whose pieces have left.</summary>
    /// <exception cref="UndecidedWriteException">They could not be taken in; to be repeated.</exception>
    private async Task FinishAsync(string productId, int from, StockTransfer transfer)
    {
        var to = StockPartition.KeyOf(productId, transfer.To);
        var taken = await ledger.SubmitAsync(to, new StockCommand.Take(to, from, transfer));
        if (!taken.Succeeded)
            throw new UndecidedWriteException(taken.Failure);
        var donor = StockPartition.KeyOf(productId, from);
        await _catalog.TryPatchAsync<Product>(
            Product.DocumentId,
            new PartitionKey(donor),
            [PatchOperation.Remove("/transfer")],
            new PatchItemRequestOptions
            {
                FilterPredicate = string.Create(
                    CultureInfo.InvariantCulture, $"FROM c WHERE c.transfer.number = {transfer.Number}"),
            });
        products.Forget(donor);
    }
}
