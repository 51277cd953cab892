namespace LocalPlatform.Storage;

/// <summary>
/// The folder that holds everything the platform stores, owned by one process at a time. The lock goes with the process, also when
/// it is killed, so no stale lock has to be removed by hand.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    // .NET has one exception for all that can be wrong with a file; only the system's number tells a lock from the rest.
    private const int LockedOnLinux = 11;
    private const int LockedOnMac = 35;
    private const int LockedOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream fileLock)
    {
        Path = path;
        _lock = fileLock;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if need be and takes it for this process.</summary>
    /// <exception cref="DataDirectoryInUseException">Another process holds the folder.</exception>
    /// <exception cref="DataUnusableException">It cannot be created or written to.</exception>
    public static DataDirectory Acquire(string path)
    {
        var full = path;
        try
        {
            full = System.IO.Path.GetFullPath(path);
            Directory.CreateDirectory(full);
            return new DataDirectory(full, Lock(full));
        }
        catch (Exception failure)
            when (failure is UnauthorizedAccessException or ArgumentException or (IOException and not DataDirectoryInUseException))
        {
            throw new DataUnusableException($"The data folder '{full}' cannot be written to: {failure.Message}", failure);
        }
    }

    /// <summary>The path of a file inside the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder)
    {
        var file = System.IO.Path.Combine(folder, "lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure.HResult is LockedOnLinux or LockedOnMac or LockedOnWindows)
        {
            throw new DataDirectoryInUseException(folder, failure);
        }
    }
}

/// <summary>A data folder, or a file in it, cannot be used as it is. The message names it and says why.</summary>
public sealed class DataUnusableException(string message, Exception inner) : IOException(message, inner);

/// <summary>A second process was started on a data folder that is in use.</summary>
public sealed class DataDirectoryInUseException(string path, Exception inner)
    : IOException(
        $"The data folder '{path}' is in use by another process. Stop that process, or choose another folder with "
        + "the setting LocalPlatform:DataPath (environment: LocalPlatform__DataPath).",
        inner);
