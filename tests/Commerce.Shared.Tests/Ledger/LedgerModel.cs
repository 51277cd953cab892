using Commerce.Shared.Ledger;

namespace Commerce.Shared.Tests.Ledger;

/// <summary>A ledger as the store keeps it, in memory and one command at a time: a head, and records by their ids.</summary>
internal sealed class LedgerModel<THead, TCommand, TRecord>(ILedgerRules<THead, TCommand, TRecord> rules, THead? head = null)
    where THead : class
    where TRecord : class
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, TRecord> _byId = [];

    public THead? Head { get; private set; } = head;

    /// <summary>Records in the order in which they were written.</summary>
    public List<TRecord> Records { get; } = [];

    /// <summary>Changes the head by something else than a command.</summary>
    public void Change(Func<THead, THead> change) => Head = change(Head!);

    public TRecord? Find(string recordId) => _byId.GetValueOrDefault(recordId);

    /// <summary>Carries a command out; its own record again when it was there before.</summary>
    public Result<Posting<TRecord>> Submit(TCommand command)
    {
        var id = rules.RecordId(command);
        if (_byId.TryGetValue(id, out var existing))
        {
            return rules.IsRepeat(existing, command)
                ? new Posting<TRecord>(existing, Repeated: true)
                : new Failure(ErrorCode.IdempotencyKeyReused, "");
        }
        var decision = rules.Decide(Head, command, Start.AddSeconds(Records.Count));
        if (decision.Failure is { } failure)
            return failure;
        Head = decision.Head ?? Head;
        _byId.Add(id, decision.Record!);
        Records.Add(decision.Record!);
        return new Posting<TRecord>(decision.Record!, Repeated: false);
    }
}
