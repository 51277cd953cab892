using LocalPlatform.Storage;

namespace LocalPlatform.Cosmos.Containers;

/// <summary>
/// The log sequence numbers of a container: every change gets the next one, and none is ever given twice. They are reserved on
/// disk in blocks, so that a change costs no write of its own; a restart continues after the last block.
/// </summary>
internal sealed class LsnSequence(int containerNumber, long reserved)
{
    private const int BlockSize = 1000;

    // Only the writer thread changes these; readers may look at the last number.
    private long _last = reserved;
    private long _reserved = reserved;

    public long Last => Volatile.Read(ref _last);

    /// <summary>The next number. To be called on the writer thread, inside the write that uses it.</summary>
    public long Next(SqliteSession session)
    {
        if (_last >= _reserved)
        {
            _reserved = _last + BlockSize;
            session.Execute("UPDATE containers SET lsn_reserved = @0 WHERE number = @1", _reserved, containerNumber);
        }
        Volatile.Write(ref _last, _last + 1);
        return _last;
    }

    /// <summary>Makes the next number reserve a new block.</summary>
    public void ForgetReservation() => Volatile.Write(ref _reserved, 0);
}
