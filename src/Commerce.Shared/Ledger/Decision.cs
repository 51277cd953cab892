namespace Commerce.Shared.Ledger;

/// <summary>
/// What the rules say to one command against a head document (an account's balance, a product's stock). The head and the record
/// that explains its change are always written together.
/// </summary>
public readonly record struct Decision<THead, TRecord>
    where THead : class
    where TRecord : class
{
    private Decision(THead? head, TRecord? record, Failure? failure) => (Head, Record, Failure) = (head, record, failure);

    /// <summary>The head after the command, when it changes.</summary>
    public THead? Head { get; }

    /// <summary>The record to write, if any.</summary>
    public TRecord? Record { get; }

    public Failure? Failure { get; }

#pragma warning disable CA2225, CA1000 // A decision is one of three things; each converts into it.
    /// <summary>The command is carried out: the head changes and the record says why.</summary>
    public static implicit operator Decision<THead, TRecord>((THead Head, TRecord Record) posted) => new(posted.Head, posted.Record, null);

    /// <summary>
    /// The command is declined, and that is recorded: a repeat, or a late duplicate, finds the same answer whatever came in between.
    /// </summary>
    public static implicit operator Decision<THead, TRecord>(TRecord declined) => new(null, declined, null);

    /// <summary>The command is refused and leaves no trace; a repeat is decided anew.</summary>
    public static implicit operator Decision<THead, TRecord>(Failure failure) => new(null, null, failure);
#pragma warning restore CA2225, CA1000
}

/// <summary>The rules of one kind of ledger. Pure: the same head, command and time give the same decision.</summary>
public interface ILedgerRules<THead, in TCommand, TRecord>
    where THead : class
    where TRecord : class
{
    /// <summary>The id of the record that the command leaves; equal for a repeat of the same operation.</summary>
    string RecordId(TCommand command);

    /// <param name="head">The head as it stands, or null when there is none yet.</param>
    /// <param name="command">What is asked for.</param>
    /// <param name="now">The time to record, UTC.</param>
    Decision<THead, TRecord> Decide(THead? head, TCommand command, DateTimeOffset now);

    /// <summary>True when <paramref name="record"/>, found under the command's id, is of the very same request.</summary>
    bool IsRepeat(TRecord record, TCommand command);
}

/// <summary>A record that stands in the ledger for a command.</summary>
/// <param name="Record">The record.</param>
/// <param name="Repeated">True when it was there before: the command was a repeat and changed nothing.</param>
public sealed record Posting<TRecord>(TRecord Record, bool Repeated);
