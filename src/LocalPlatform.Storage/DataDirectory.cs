namespace LocalPlatform.Storage;

/// <summary>
/// The folder that holds everything the platform stores, owned by one process at a time. The lock goes with the process, also when
/// it is killed, so no stale lock has to be removed by hand.
/// </summary>
public sealed class DataDirectory : IDisposable
{
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
    public static DataDirectory Acquire(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        var lockFile = System.IO.Path.Combine(full, "lock");
        try
        {
            var stream = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(full, stream);
        }
        catch (IOException failure)
        {
            throw new DataDirectoryInUseException(full, failure);
        }
    }

    /// <summary>The path of a file inside the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _lock.Dispose();
}

/// <summary>A second process was started on a data folder that is in use.</summary>
public sealed class DataDirectoryInUseException(string path, Exception inner)
    : IOException(
        $"The data folder '{path}' is in use by another process. Stop that process, or choose another folder with "
        + "the setting LocalPlatform:DataPath (environment: LocalPlatform__DataPath).",
        inner);
