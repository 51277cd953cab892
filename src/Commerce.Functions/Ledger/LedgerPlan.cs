using Commerce.Shared;
using Commerce.Shared.Ledger;

namespace Commerce.Functions.Ledger;

/// <summary>What one batch will write, and whom it answers how.</summary>
internal sealed class LedgerPlan<THead, TCommand, TRecord>(THead? head)
    where THead : class
    where TRecord : class
{
    private readonly HashSet<string> _recordIds = new(StringComparer.Ordinal);

    /// <summary>The head after everything planned so far.</summary>
    public THead? Head { get; private set; } = head;

    /// <summary>What the batch writes a record for, in the order of the records.</summary>
    public List<Planned<TCommand, TRecord>> Posted { get; } = [];

    /// <summary>What is refused without a record: that must rest on a head read for the purpose, since no ETag guards it.</summary>
    public List<(Pending<TCommand, Result<Posting<TRecord>>> Pending, string RecordId, Failure Failure)> Refused { get; } = [];

    /// <summary>Takes a record id for this plan; false when it is taken already.</summary>
    public bool Claims(string recordId) => _recordIds.Add(recordId);

    public void Add(Pending<TCommand, Result<Posting<TRecord>>> pending, string recordId, Decision<THead, TRecord> decision)
    {
        if (decision.IsPosted)
        {
            Head = decision.Head;
            Posted.Add(new(pending, recordId, decision.Record));
        }
        else
        {
            Refused.Add((pending, recordId, decision.Failure));
        }
    }
}

internal readonly record struct Planned<TCommand, TRecord>(
    Pending<TCommand, Result<Posting<TRecord>>> Pending, string RecordId, TRecord Record)
    where TRecord : class;
