using System.Globalization;
using System.Text.Json;
using Commerce.Functions.Cosmos;
using Commerce.Functions.Ledger;
using Commerce.Shared;
using Commerce.Shared.Balance;
using Commerce.Shared.Cart;
using Commerce.Shared.Orders;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Balance;

/// <summary>The balances of users, and the entries, orders and carts that change with them: documents of one partition per user.</summary>
public sealed class AccountLedger(AccountReader accounts, LedgerOptions options, TimeProvider time)
    : Ledger<Account, AccountCommand, AccountRecord>(Rules, accounts, options, time)
{
    /// <summary>
    /// Lines that weigh as much as an operation: a batch of orders, carts, payments or refunds stays below 2 MB, whatever names their
    /// products have, and brings no more than some 1,200 lines into the change feed at once.
    /// </summary>
    private const int LinesPerOperation = 12;

    private static readonly AccountRules Rules = new();

    protected override IReadOnlyList<PatchOperation> Patch(Account seen, Account head)
    {
        List<PatchOperation> changes =
            [PatchOperation.Set("/entryCount", head.EntryCount), PatchOperation.Set("/updatedAt", head.UpdatedAt)];
        if (head.Balance != seen.Balance)
            changes.Add(PatchOperation.Set("/balance", head.Balance));
        if (head.Held != seen.Held)
            changes.Add(PatchOperation.Set("/held", head.Held));
        return changes;
    }

    protected override void Append(TransactionalBatch batch, AccountRecord record)
    {
        if (record.Entry is { } entry)
            batch.CreateItem(entry, CreateOptions);
        if (record.Order is { } order)
            Put(batch, order, order.Id, order.ETag);
        if (record.Decision is { } decision)
            Decide(batch, decision);
        if (record.Cart is { } cart)
            Put(batch, cart, ShoppingCart.DocumentId, cart.ETag);
    }

    protected override int OperationsOf(AccountRecord record) =>
        Count(record.Entry) + Count(record.Order) + Count(record.Decision) + Count(record.Cart);

    internal override int WeightOf(AccountRecord record) =>
        OperationsOf(record)
        + ((LinesOf(record) + (record.Cart?.Items.Count ?? 0)) / LinesPerOperation);

    protected override async Task<AccountRecord?> RecallAsync(AccountCommand command)
    {
        var (id, partition) = (Rules.RecordId(command), new PartitionKey(command.UserId));
        if (command is AccountCommand.Charge or AccountCommand.Refund)
            return await Container.FindAtPrimaryAsync<LedgerEntry>(id, partition) is { } entry ? new() { Entry = entry } : null;
        var order = await Container.FindAtPrimaryAsync<Order>(id, partition);
        return order is null || IsAwaited(order, command) ? null : new() { Order = order };
    }

    /// <summary>A decided order comes back as it is stored, with all that only its document knows.</summary>
    protected override AccountRecord AsStored(AccountRecord record, TransactionalBatchResponse answer, int first)
    {
        if (record.Decision is null)
            return record.Order is null ? record : record with { Order = record.Order with { ETag = answer[first].ETag } };
        using var document = answer[first + Count(record.Entry)].ResourceStream;
        return record with { Order = JsonSerializer.Deserialize(document, DocumentJsonContext.Default.Order) };
    }

    private static int LinesOf(AccountRecord record) =>
        record.Order?.Lines.Count ?? record.Entry?.Lines?.Count ?? record.Decision?.Work.Items.Count ?? 0;

    /// <summary>True when the order is what the command was made for, so that it has not been carried out.</summary>
    private static bool IsAwaited(Order order, AccountCommand command) => order.Status == OrderStatus.Pending && command switch
    {
        AccountCommand.Reprice reprice => order.Revision == reprice.Order.Revision,
        AccountCommand.Pay pay => order.Revision == pay.Work.Revision,
        AccountCommand.Reject reject => order.Revision == reject.Work.Revision,
        _ => false,
    };

    private static void Put<T>(TransactionalBatch batch, T document, string id, string? etag)
    {
        if (etag is null)
            batch.CreateItem(document, CreateOptions);
        else
            batch.ReplaceItem(
                id, document, new TransactionalBatchItemRequestOptions { IfMatchEtag = etag, EnableContentResponseOnWrite = false });
    }

    private static void Decide(TransactionalBatch batch, OrderDecision decision)
    {
        List<PatchOperation> changes = [PatchOperation.Set("/status", decision.Status)];
        if (decision.PaidAt is { } paidAt)
            changes.Add(PatchOperation.Set("/paidAt", paidAt));
        if (decision.Rejection is { } rejection)
            changes.Add(PatchOperation.Set("/rejection", rejection));
        var before = OrderTransitions.NameOf(OrderTransitions.Before(decision.Status));
        batch.PatchItem(decision.Work.OrderId, changes, new TransactionalBatchPatchItemRequestOptions
        {
            FilterPredicate = string.Create(
                CultureInfo.InvariantCulture, $"FROM c WHERE c.status = '{before}' AND c.revision = {decision.Work.Revision}"),
            EnableContentResponseOnWrite = true,
        });
    }

    private static int Count(object? document) => document is null ? 0 : 1;
}
