using Commerce.Shared;
using Commerce.Shared.Ledger;

namespace Commerce.Functions.Ledger;

/// <summary>What one batch will write, and whom it answers how.</summary>
internal sealed class LedgerPlan<THead, TCommand, TRecord>(THead? head)
    where THead : class
    where TRecord : class
{
    private readonly HashSet<string> _recordIds = [];

    /// <summary>The head after everything planned so far.</summary>
    public THead? Head { get; private set; } = head;

    /// <summary>False when the plan only holds recorded refusals, which leave the head alone.</summary>
    public bool HeadChanged { get; private set; }

    /// <summary>True when somebody is refused: that must rest on a head read for the purpose.</summary>
    public bool HasRefusals { get; private set; }

    public List<PlannedPosting<TCommand, TRecord>> Posted { get; } = [];

    public List<(string Id, TRecord Record)> Records { get; } = [];

    public List<(Pending<TCommand, Result<Posting<TRecord>>> Pending, string RecordId, Failure Failure)> Refused { get; } = [];

    /// <summary>Takes a record id for this plan; false when it is taken already.</summary>
    public bool Claims(string recordId) => _recordIds.Add(recordId);

    public void Add(Pending<TCommand, Result<Posting<TRecord>>> pending, string recordId, Decision<THead, TRecord> decision)
    {
        HasRefusals |= decision.Head is null;
        if (decision.Failure is { } failure)
        {
            Refused.Add((pending, recordId, failure));
            return;
        }
        if (decision.Head is { } changed)
        {
            Head = changed;
            HeadChanged = true;
        }
        Posted.Add(new(pending, recordId));
        Records.Add((recordId, decision.Record!));
    }
}

internal sealed record PlannedPosting<TCommand, TRecord>(Pending<TCommand, Result<Posting<TRecord>>> Pending, string RecordId)
    where TRecord : class;
