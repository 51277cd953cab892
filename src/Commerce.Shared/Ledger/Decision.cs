using System.Diagnostics.CodeAnalysis;

namespace Commerce.Shared.Ledger;

/// <summary>
/// What the rules say to one command against a head document (an account's balance, a product's stock). The head and the record
/// that explains it are always written together, guarded by the head's ETag. A command that is declined leaves a record too, with
/// the head as it is: a repeat, or a late duplicate, finds the same answer whatever came in between.
/// </summary>
public readonly record struct Decision<THead, TRecord>
    where THead : class
    where TRecord : class
{
    private Decision(THead? head, TRecord? record, Failure? failure) => (Head, Record, Failure) = (head, record, failure);

    /// <summary>The head after the command.</summary>
    public THead? Head { get; }

    /// <summary>The record to write.</summary>
    public TRecord? Record { get; }

    /// <summary>Why nothing is written.</summary>
    public Failure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Head), nameof(Record))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsPosted => Failure is null;

#pragma warning disable CA2225, CA1000 // A decision is one of two things; each converts into it.
    /// <summary>The command is answered for good: the head as it is from now on, and the record that says why.</summary>
    public static implicit operator Decision<THead, TRecord>((THead Head, TRecord Record) posted) => new(posted.Head, posted.Record, null);

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

    /// <summary>
    /// What must hold of everything that is written, whatever led to it: the records add up to the head, and nothing is negative.
    /// </summary>
    /// <param name="before">The head as it is stored; null when there is none yet.</param>
    /// <param name="after">The head to be written.</param>
    /// <param name="records">The records to be written with it, in order.</param>
    bool IsSound(THead? before, THead after, IEnumerable<TRecord> records);
}

/// <summary>A record that stands in the ledger for a command.</summary>
/// <param name="Record">The record.</param>
/// <param name="Repeated">True when it was there before: the command was a repeat and changed nothing.</param>
public sealed record Posting<TRecord>(TRecord Record, bool Repeated);
