using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Ledger;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ledger;

/// <summary>
/// Writes one kind of ledger: head documents (balances, stocks) and the records that explain them, a partition a head. What waits
/// for a head is decided by the rules in turn and committed as one transactional batch,
/// <c>[patch head, If-Match] + [what the records are stored as]...</c>, so that head and records agree at every moment.
/// <list type="bullet">
/// <item>A record's id derives from its operation: a repeat meets 409, finds its own record and changes nothing.</item>
/// <item>The last head seen is kept with its ETag. A stale one costs a 412 and a reread, never a wrong sum. A recorded refusal is
/// guarded by the ETag like everything else; one that leaves no record is only given on a head that the primary was asked for after the
/// command came in, and so is the answer that there is no head.</item>
/// <item>Faults whose outcome is unknown (a timeout after the write) are retried: the records tell what had happened.</item>
/// </list>
/// </summary>
public abstract class LedgerWriter<THead, TCommand, TRecord>
    where THead : class, IVersioned<THead>
    where TCommand : class
    where TRecord : class
{
    private readonly ILedgerRules<THead, TCommand, TRecord> _rules;
    private readonly LedgerStore<THead, TCommand, TRecord> _store;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<TCommand, Result<Posting<TRecord>>> _batcher;

    protected LedgerWriter(
        ILedgerRules<THead, TCommand, TRecord> rules, LedgerStore<THead, TCommand, TRecord> store, LedgerOptions options, TimeProvider time)
    {
        _rules = rules;
        _store = store;
        _time = time;
        _batcher = new(CommitAsync, Limits.BatchOperationsMax - 1, options.QueueLengthMax);
    }

    /// <summary>
    /// Carries a command out, once however often it is submitted. Answers the record that stands for it, or why it was refused:
    /// the rules' own reason, <see cref="ErrorCode.IdempotencyKeyReused"/> when the id stands for another request,
    /// <see cref="Failure.Superseded"/>, or <see cref="ErrorCode.Busy"/> when too many wait for this head.
    /// </summary>
    /// <exception cref="CosmosException">The store could not be reached; the outcome is unknown and a repeat will tell.</exception>
    public async Task<Result<Posting<TRecord>>> SubmitAsync(string key, TCommand command) =>
        _batcher.TrySubmit(key, command) is { } answer
            ? await answer
            : new Failure(ErrorCode.Busy, "Too many requests are waiting for this item. Try again shortly.");

    private async Task CommitAsync(string key, IReadOnlyList<Pending<TCommand, Result<Posting<TRecord>>>> batch)
    {
        var waiting = batch.ToList();
        var races = 0;
        var fresh = false;
        while (waiting.Count > 0)
        {
            var head = fresh ? await _store.ReadHeadAsync(key) : await _store.GetHeadAsync(key);
            var plan = Plan(head.Document, waiting);
            if (plan.Refused.Count > 0 && !head.IsFresh)
            {
                fresh = true;
                continue;
            }
            fresh = !await ExecuteAsync(key, head, plan, waiting);
            if (fresh)
                await LostRaces.BackOffAsync(races++, _time);
        }
    }

    /// <summary>Decides what waits, as much as a batch takes, each on the head as the one before leaves it.</summary>
    private LedgerPlan<THead, TCommand, TRecord> Plan(THead? head, List<Pending<TCommand, Result<Posting<TRecord>>>> waiting)
    {
        var plan = new LedgerPlan<THead, TCommand, TRecord>(head);
        var now = _time.GetUtcNow();
        foreach (var pending in waiting)
        {
            // The same operation twice in one batch: the second is decided when the first has its record.
            if (!plan.Claims(_rules.RecordId(pending.Work)))
                continue;
            var decision = _rules.Decide(plan.Head, pending.Work, now);
            if (!decision.IsPosted)
                plan.Refused.Add((pending, decision.Failure));
            else if (!plan.TryPost(pending, decision.Head, decision.Record, _store.WeightOf(decision.Record)))
                break;
        }
        return plan;
    }

    /// <summary>Writes a plan and answers whom it settles. False when somebody else wrote to the head meanwhile.</summary>
    private async Task<bool> ExecuteAsync(
        string key,
        LedgerHead<THead> head,
        LedgerPlan<THead, TCommand, TRecord> plan,
        List<Pending<TCommand, Result<Posting<TRecord>>>> waiting)
    {
        var write = plan.Posted.Count == 0
            ? new LedgerWrite<TRecord>(LedgerWriteStatus.Written, Records: [])
            : await _store.WriteAsync(key, head, plan.Head!, [.. plan.Posted.Select(static posted => posted.Record)]);
        switch (write.Status)
        {
            case LedgerWriteStatus.Written:
                await SettleAsync(plan, write.Records!);
                break;
            case LedgerWriteStatus.Conflict:
                await SettleConflictsAsync([.. plan.Posted.Skip(write.ConflictAt).Select(static posted => posted.Pending)]);
                break;
            default:
                return false;
        }
        waiting.RemoveAll(pending => pending.Task.IsCompleted);
        return true;
    }

    private async Task SettleAsync(LedgerPlan<THead, TCommand, TRecord> plan, IReadOnlyList<TRecord> records)
    {
        for (var i = 0; i < records.Count; i++)
            plan.Posted[i].Pending.Complete(new Posting<TRecord>(records[i], Repeated: false));
        foreach (var (pending, failure) in plan.Refused)
        {
            // What is refused now may have been carried out before: then this is a repeat, and the record is its answer.
            var record = await _store.RecallAsync(pending.Work);
            pending.Complete(record is null ? failure : AnswerRepeat(record, pending.Work));
        }
    }

    /// <summary>
    /// Answers the repeats among what was planned. The store names only the first; after a crash or a timeout the whole batch may
    /// have been written before, so all from there on are looked up at once rather than met one by one. If the first is no repeat, it
    /// was made for something that has changed.
    /// </summary>
    private async Task SettleConflictsAsync(List<Pending<TCommand, Result<Posting<TRecord>>>> suspects)
    {
        await Task.WhenAll(suspects.Select(async suspect =>
        {
            if (await _store.RecallAsync(suspect.Work) is { } record)
                suspect.Complete(AnswerRepeat(record, suspect.Work));
        }));
        suspects[0].Complete(Failure.Superseded);
    }

    private Result<Posting<TRecord>> AnswerRepeat(TRecord record, TCommand command) =>
        _rules.IsRepeat(record, command)
            ? new Posting<TRecord>(record, Repeated: true)
            : new Failure(ErrorCode.IdempotencyKeyReused, "The Idempotency-Key was used before for a different request.");
}
