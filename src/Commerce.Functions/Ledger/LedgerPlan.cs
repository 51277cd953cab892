using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Ledger;

namespace Commerce.Functions.Ledger;

/// <summary>What one batch will write, and whom it answers how.</summary>
internal sealed class LedgerPlan<THead, TCommand, TRecord>(THead? head)
    where THead : class
    where TRecord : class
{
    private readonly HashSet<string> _recordIds = new(StringComparer.Ordinal);

    // The head is an operation of its own.
    private int _room = Limits.BatchOperationsMax - 1;

    /// <summary>The head after everything planned so far.</summary>
    public THead? Head { get; private set; } = head;

    /// <summary>What the batch writes a record for, in the order of the records.</summary>
    public List<Planned<TCommand, TRecord>> Posted { get; } = [];

    /// <summary>What is refused without a record: that must rest on a head read for the purpose, since no ETag guards it.</summary>
    public List<(Pending<TCommand, Result<Posting<TRecord>>> Pending, Failure Failure)> Refused { get; } = [];

    /// <summary>Takes a record id for this plan; false when it is taken already.</summary>
    public bool Claims(string recordId) => _recordIds.Add(recordId);

    /// <summary>Plans a record, unless it does not fit in any more. The first one always does.</summary>
    public bool TryPost(Pending<TCommand, Result<Posting<TRecord>>> pending, THead head, TRecord record, int weight)
    {
        if (weight > _room && Posted.Count > 0)
            return false;
        _room -= weight;
        Head = head;
        Posted.Add(new(pending, record));
        return true;
    }
}

internal readonly record struct Planned<TCommand, TRecord>(Pending<TCommand, Result<Posting<TRecord>>> Pending, TRecord Record)
    where TRecord : class;
