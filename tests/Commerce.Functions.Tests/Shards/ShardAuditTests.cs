using Commerce.Functions.Catalog;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Audit;
using Commerce.Shared.Catalog;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Tests.Shards;

/// <summary>What is wrong with the partitions of a product is found, though each of them may agree with itself.</summary>
public sealed class ShardAuditTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Damages => new()
    {
        { "an arrival that never was", AuditKind.StockTransfer },
        { "a departure that never was", AuditKind.StockTransfer },
        { "an arrival of more than has left", AuditKind.StockTransfer },
        { "an arrival in two partitions", AuditKind.StockTransfer },
        { "an arrival from elsewhere", AuditKind.StockTransfer },
        { "a departure for elsewhere", AuditKind.StockTransfer },
        { "a note of a transfer that never was", AuditKind.StockTransfer },
        { "a note that was struck out too soon", AuditKind.StockTransfer },
        { "transfers that are not counted", AuditKind.StockTransfer },
        { "transfers that were never made", AuditKind.StockTransfer },
        { "a movement of another kind", AuditKind.RecordIdentity },
        { "a shard that its product does not know", AuditKind.StockShards },
        { "a shard that is sold from and was never made", AuditKind.StockShards },
        { "a shard that says it is a product", AuditKind.Unreadable },
        { "a line in another partition", AuditKind.LineStock },
        { "a line that is paid in another partition", AuditKind.OrderFacts },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task It_is_found(string damage, string kind)
    {
        await using var hot = await HotProduct.CreateAsync(stock: 20, 3);
        var order = await hot.BuyAsync(1, await hot.BuyerOfAsync(1, 3));
        await hot.AssertWholeAsync(19);

        await DamageAsync(hot, order, damage);

        var audit = await hot.Store.AuditAsync();
        Assert.Contains(audit.Differences, difference => difference.Kind == kind && difference.Document is not null);
    }

    private static async Task DamageAsync(HotProduct hot, Order order, string damage)
    {
        var (one, two) = (StockPartition.KeyOf(hot.Id, 1), StockPartition.KeyOf(hot.Id, 2));
        var take = OperationId.Take(0, 1);
        switch (damage)
        {
            case "an arrival that never was":
                await TakeAsync(two, from: 3, new StockTransfer(2, 5, 1));
                break;
            case "a departure that never was":
                await hot.Here.Get<StockLedger>().SubmitAsync(hot.Id, new StockCommand.Give(hot.Id, new StockTransfer(2, 5, 2)));
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Remove("/transfer"));
                break;
            case "an arrival of more than has left":
                await PatchAsync(one, take, PatchOperation.Increment("/delta", 1), PatchOperation.Increment("/stockAfter", 1));
                await PatchAsync(one, OperationId.Sale(order.Id), PatchOperation.Increment("/stockAfter", 1));
                await PatchAsync(one, Product.DocumentId, PatchOperation.Increment("/stock", 1));
                break;
            case "an arrival in two partitions":
                await TakeAsync(two, from: 0, new StockTransfer(2, 10, 1));
                break;
            case "an arrival from elsewhere":
                await PatchAsync(one, take, PatchOperation.Set("/otherShard", 2));
                break;
            case "a departure for elsewhere":
                await PatchAsync(hot.Id, OperationId.Give(1), PatchOperation.Set("/otherShard", 2));
                break;
            case "a note of a transfer that never was":
                await PatchAsync(two, Product.DocumentId, PatchOperation.Set("/transfer", new StockTransfer(1, 5, 1)));
                break;
            case "a note that was struck out too soon":
                await hot.Here.Get<StockLedger>().SubmitAsync(hot.Id, new StockCommand.Give(hot.Id, new StockTransfer(1, 5, 2)));
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Set("/transfer", new StockTransfer(1, 4, 2)));
                break;
            case "transfers that are not counted":
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Set("/transferCount", 0));
                break;
            case "transfers that were never made":
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Set("/transferCount", 2));
                break;
            case "a movement of another kind":
                await PatchAsync(one, take, PatchOperation.Set("/kind", "adjustment"));
                break;
            case "a shard that its product does not know":
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Set("/shardsMade", 2), PatchOperation.Set("/shards", 2));
                break;
            case "a shard that is sold from and was never made":
                await PatchAsync(hot.Id, Product.DocumentId, PatchOperation.Set("/shards", 4));
                break;
            case "a shard that says it is a product":
                await PatchAsync(two, Product.DocumentId, PatchOperation.Set("/type", Product.DocumentType));
                break;
            case "a line in another partition":
                await PatchOrderAsync(order.Id, PatchOperation.Set("/lines/0/shard", 2));
                break;
            case "a line that is paid in another partition":
                await PatchOrderAsync(OperationId.Payment(order.Id), PatchOperation.Set("/lines/0/shard", 2));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage));
        }

        Task TakeAsync(string partition, int from, StockTransfer transfer) =>
            hot.Here.Get<StockLedger>().SubmitAsync(partition, new StockCommand.Take(partition, from, transfer));

        Task PatchAsync(string partition, string id, params PatchOperation[] changes) =>
            hot.Catalog.PatchItemAsync<object>(id, new PartitionKey(partition), changes, cancellationToken: Ct);

        Task PatchOrderAsync(string id, PatchOperation change) => hot.Store[CommerceDatabase.Accounts]
            .PatchItemAsync<object>(id, new PartitionKey(order.UserId), [change], cancellationToken: Ct);
    }
}
