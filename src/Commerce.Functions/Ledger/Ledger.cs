using System.Net;
using Commerce.Functions.Cosmos;
using Commerce.Shared;
using Commerce.Shared.Ledger;
using Microsoft.Azure.Cosmos;

namespace Commerce.Functions.Ledger;

/// <summary>
/// Writes one kind of ledger: head documents (balances, stocks) and the records that explain them, one partition per head. What waits
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
public abstract class Ledger<THead, TCommand, TRecord>
    where THead : class, IVersioned<THead>
    where TCommand : class
    where TRecord : class
{
    protected static readonly TransactionalBatchItemRequestOptions CreateOptions = new() { EnableContentResponseOnWrite = false };

    private readonly ILedgerRules<THead, TCommand, TRecord> _rules;
    private readonly LedgerHeads<THead> _heads;
    private readonly TimeProvider _time;
    private readonly KeyedBatcher<TCommand, Result<Posting<TRecord>>> _batcher;

    protected Ledger(ILedgerRules<THead, TCommand, TRecord> rules, LedgerHeads<THead> heads, LedgerOptions options, TimeProvider time)
    {
        _rules = rules;
        _heads = heads;
        _time = time;
        _batcher = new(CommitAsync, Limits.BatchOperationsMax - 1, options.QueueLengthMax);
    }

    protected Container Container => _heads.Container;

    /// <summary>The patch that makes <paramref name="head"/>, in all that postings change, of the stored <paramref name="seen"/>.</summary>
    protected abstract IReadOnlyList<PatchOperation> Patch(THead seen, THead head);

    /// <summary>Adds to a batch what a record is stored as: <see cref="OperationsOf"/> operations.</summary>
    protected abstract void Append(TransactionalBatch batch, TRecord record);

    protected abstract int OperationsOf(TRecord record);

    /// <summary>
    /// A record's share of a batch, of <see cref="Limits.BatchOperationsMax"/>: at least its operations, more if it is large.
    /// </summary>
    internal virtual int WeightOf(TRecord record) => OperationsOf(record);

    /// <summary>
    /// The record that a command left when it was carried out before, or null: as the primary has it, for it is an answer for good.
    /// </summary>
    protected abstract Task<TRecord?> RecallAsync(TCommand command);

    /// <summary>The record with what only the store's answer tells of it.</summary>
    /// <param name="record">The record as it was written.</param>
    /// <param name="answer">Results of the batch.</param>
    /// <param name="first">Number of the record's first operation in it.</param>
    protected virtual TRecord AsStored(TRecord record, TransactionalBatchResponse answer, int first) => record;

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
            var head = fresh ? await _heads.FindAtPrimaryAsync(key) : await _heads.PeekAsync(key);
            var plan = Decide(head, waiting);
            var isSound = plan.Posted.Count == 0 || _rules.IsSound(head, plan.Head!, plan.Records);
            if (!fresh && (plan.Refused.Count > 0 || !isSound))
            {
                fresh = true;
                continue;
            }
            if (isSound)
                fresh = !await TryExecuteAsync(key, head, plan);
            else
                await AnswerUnsoundAsync(plan);
            waiting.RemoveAll(static pending => pending.Task.IsCompleted);
            if (fresh)
                await LostRaces.BackOffAsync(races++, _time);
        }
    }

    /// <summary>Decides what waits, as much as a batch takes, each on the head as the one before leaves it.</summary>
    private Plan Decide(THead? head, List<Pending<TCommand, Result<Posting<TRecord>>>> waiting)
    {
        var plan = new Plan(head);
        var now = _time.GetUtcNow();
        foreach (var pending in waiting)
        {
            // The same operation twice in one batch: the second is decided when the first has its record.
            if (!plan.Claims(_rules.RecordId(pending.Work)))
                continue;
            var decision = _rules.Decide(plan.Head, pending.Work, now);
            if (!decision.IsPosted)
                plan.Refused.Add((pending, decision.Failure));
            else if (!plan.TryPost(pending, decision.Head, decision.Record, OperationsOf(decision.Record), WeightOf(decision.Record)))
                break;
        }
        return plan;
    }

    /// <summary>Writes a plan, all or nothing, and answers whom it settles. False when somebody else wrote to the head meanwhile.</summary>
    /// <exception cref="CosmosException">The store did not answer properly; the outcome is unknown.</exception>
    private async Task<bool> TryExecuteAsync(string key, THead? seen, Plan plan)
    {
        if (plan.Posted.Count > 0)
        {
            using var answer = await Container.TryExecuteAsync(new PartitionKey(key), batch => Fill(batch, seen, plan));
            if (!answer.IsSuccessStatusCode)
                return await TrySettleConflictAsync(plan, answer);
            _heads.Remember(key, plan.Head!.WithETag(answer[0].ETag));
            foreach (var (pending, record, first) in plan.Posted)
                pending.Complete(new Posting<TRecord>(AsStored(record, answer, first), Repeated: false));
        }
        foreach (var (pending, failure) in plan.Refused)
        {
            // What is refused now may have been carried out before: then this is a repeat, and the record is its answer.
            var record = await RecallAsync(pending.Work);
            pending.Complete(record is null ? failure : AnswerRepeat(record, pending.Work));
        }
        return true;
    }

    private void Fill(TransactionalBatch batch, THead? seen, Plan plan)
    {
        if (seen is null)
        {
            batch.CreateItem(plan.Head, CreateOptions);
        }
        else
        {
            batch.PatchItem(seen.Id, Patch(seen, plan.Head!), new TransactionalBatchPatchItemRequestOptions
            {
                IfMatchEtag = seen.ETag,
                EnableContentResponseOnWrite = false,
            });
        }
        foreach (var posted in plan.Posted)
            Append(batch, posted.Record);
    }

    /// <summary>
    /// False when it is the head that is not as it was; otherwise some records are there, or what they change is not as it was.
    /// </summary>
    private async Task<bool> TrySettleConflictAsync(Plan plan, TransactionalBatchResponse answer)
    {
        // One operation says what is wrong; the others only that one of them did.
        var failed = Enumerable.Range(0, answer.Count).First(i => answer[i].StatusCode != HttpStatusCode.FailedDependency);
        if (failed == 0)
            return false;
        // The store names only the first; after a crash or a timeout the whole batch may have been written before, so all from there on are
        // looked up at once rather than met one by one.
        var suspects = plan.Posted[plan.Posted.FindLastIndex(posted => posted.First <= failed)..];
        await AnswerRepeatsAsync(suspects);
        // If the first is no repeat, it was made for something that has changed.
        suspects[0].Pending.Complete(Failure.Superseded);
        return true;
    }

    /// <summary>
    /// Writes nothing of a plan that may never be written. A command that was carried out before, and is not to be again, makes such a
    /// plan: it gets its answer, and the others are decided anew.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such command: a bug, here or in what made the commands.</exception>
    private async Task AnswerUnsoundAsync(Plan plan)
    {
        await AnswerRepeatsAsync(plan.Posted);
        if (!plan.Posted.Exists(static posted => posted.Pending.Task.IsCompleted))
            throw new InvalidOperationException($"Refused to write a ledger that does not add up, or is negative: {plan.Head}");
    }

    /// <summary>Answers those that were carried out before.</summary>
    private Task AnswerRepeatsAsync(IEnumerable<Posted> suspects) => Task.WhenAll(suspects.Select(async suspect =>
    {
        if (await RecallAsync(suspect.Pending.Work) is { } record)
            suspect.Pending.Complete(AnswerRepeat(record, suspect.Pending.Work));
    }));

    private Result<Posting<TRecord>> AnswerRepeat(TRecord record, TCommand command) =>
        _rules.IsRepeat(record, command)
            ? new Posting<TRecord>(record, Repeated: true)
            : Failure.KeyReused;

    /// <summary>What one batch will write, and whom it answers how.</summary>
    private sealed class Plan(THead? head)
    {
        private readonly HashSet<string> _recordIds = new(StringComparer.Ordinal);

        // The head is an operation of its own.
        private int _room = Limits.BatchOperationsMax - 1;
        private int _next = 1;

        /// <summary>The head after everything planned so far.</summary>
        public THead? Head { get; private set; } = head;

        /// <summary>What the batch writes a record for, in the order of the records.</summary>
        public List<Posted> Posted { get; } = [];

        public IEnumerable<TRecord> Records => Posted.Select(static posted => posted.Record);

        /// <summary>What is refused without a record: that must rest on a head read for the purpose, since no ETag guards it.</summary>
        public List<(Pending<TCommand, Result<Posting<TRecord>>> Pending, Failure Failure)> Refused { get; } = [];

        /// <summary>Takes a record id for this plan; false when it is taken already.</summary>
        public bool Claims(string recordId) => _recordIds.Add(recordId);

        /// <summary>Plans a record, unless it does not fit in any more. The first one always does.</summary>
        public bool TryPost(Pending<TCommand, Result<Posting<TRecord>>> pending, THead head, TRecord record, int operations, int weight)
        {
            if (weight > _room && Posted.Count > 0)
                return false;
            _room -= weight;
            Head = head;
            Posted.Add(new(pending, record, _next));
            _next += operations;
            return true;
        }
    }

    /// <param name="Pending">Who waits for it.</param>
    /// <param name="Record">What is written.</param>
    /// <param name="First">Number of its first operation in the batch; that of the head is 0.</param>
    private readonly record struct Posted(Pending<TCommand, Result<Posting<TRecord>>> Pending, TRecord Record, int First);
}
