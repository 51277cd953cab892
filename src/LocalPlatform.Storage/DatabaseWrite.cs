namespace LocalPlatform.Storage;

/// <summary>A write of its own transaction, as far as others can see, that shares its commit with its neighbours.</summary>
public abstract class DatabaseWrite
{
    /// <summary>Why the write was not committed; null when it was.</summary>
    protected internal Exception? Failure { get; internal set; }

    /// <summary>Does the work, on the writer thread. It must not block. What throws is undone.</summary>
    protected abstract void Run(SqliteSession session);

    /// <summary>
    /// Called once on a pool thread, after the commit is on disk or <see cref="Failure"/> is known. It must not block or throw.
    /// </summary>
    protected internal abstract void Complete();

    /// <summary>Runs the work; false when it threw.</summary>
    internal bool TryRun(SqliteSession session)
    {
        try
        {
            Run(session);
            return true;
        }
#pragma warning disable CA1031 // Handed to whoever waits for the write.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failure = failure;
            return false;
        }
    }
}
