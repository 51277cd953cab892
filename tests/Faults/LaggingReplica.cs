using System.Globalization;
using LocalPlatform.Cosmos;
using Microsoft.Data.Sqlite;

namespace Faults;

/// <summary>
/// A replica that is behind: a copy of the store as it was, which answers the reads of those who hold no session token of anything newer,
/// as Cosmos DB may under session consistency. Writes, and readers with such a token, get through to the store itself. One for all
/// processes, with a <see cref="Handler"/> in front of each.
/// </summary>
/// <param name="storePath">File of the store.</param>
/// <param name="options">How the store behaves.</param>
public sealed class LaggingReplica(string storePath, CosmosStoreOptions options) : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("commerce-replica-");
    private readonly SemaphoreSlim _copying = new(1, 1);
    private readonly List<Copy> _copies = [];
    private volatile Copy? _current;
    private int _answered;

    /// <summary>Reads that it has answered, however old the answer.</summary>
    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Age at which the copy is made anew by the next reader: nobody sees anything older. Without limit unless set.</summary>
    public TimeSpan LagMax { get; set; } = TimeSpan.MaxValue;

    /// <summary>From now on it stands still.</summary>
    public async Task FreezeAsync()
    {
        await _copying.WaitAsync();
        try
        {
            var copy = Copy.Of(storePath, Path.Combine(_folder.FullName, $"{_copies.Count}.db"), options);
            _copies.Add(copy);
            _current = copy;
        }
        finally
        {
            _copying.Release();
        }
    }

    /// <summary>It knows everything again, until it is frozen anew.</summary>
    public void CatchUp() => _current = null;

    /// <summary>To be put between a process and the store.</summary>
    public DelegatingHandler Handler() => new Reader(this);

    public async ValueTask DisposeAsync()
    {
        _current = null;
        foreach (var copy in _copies)
            await copy.DisposeAsync();
        _copying.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The copy that answers a read; null when it does not know enough.</summary>
    private async Task<Copy?> FindAsync(CosmosCall call, long sessionLsn)
    {
        if (!call.IsRead || _current is not { } copy)
            return null;
        if (TimeProvider.System.GetElapsedTime(copy.MadeAt) > LagMax)
        {
            await FreezeAsync();
            copy = _current ?? copy;
        }
        return sessionLsn <= copy.LsnOf(call.Container) ? copy : null;
    }

    private sealed class Reader(LaggingReplica replica) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = await CosmosCall.OfAsync(request);
            if (await replica.FindAsync(call, SessionToken.LsnOf(request.Headers)) is not { } copy)
                return await base.SendAsync(request, cancellationToken);
            var response = await copy.SendAsync(request, cancellationToken);
            SessionToken.Set(response.Headers, copy.LsnOf(call.Container));
            Interlocked.Increment(ref replica._answered);
            return response;
        }
    }

    /// <summary>The store as it was.</summary>
    private sealed class Copy : IAsyncDisposable
    {
        private readonly CosmosStore _store;
        private readonly HttpMessageInvoker _gateway;
        private readonly Dictionary<string, long> _lsns;

        private Copy(string path, CosmosStoreOptions options)
        {
            _lsns = ReadLsns(path);
            _store = CosmosStore.Open(path, TimeProvider.System, options);
            _gateway = new HttpMessageInvoker(new CosmosGatewayHandler(_store));
        }

        public long MadeAt { get; } = TimeProvider.System.GetTimestamp();

        public static Copy Of(string storePath, string path, CosmosStoreOptions options)
        {
            using (var store = Open(storePath))
            using (var command = store.CreateCommand())
            {
                command.CommandText = "VACUUM INTO $path";
                command.Parameters.AddWithValue("$path", path);
                command.ExecuteNonQuery();
            }
            return new Copy(path, options);
        }

        /// <summary>The last change of a container that it knows.</summary>
        public long LsnOf(string container) => _lsns.GetValueOrDefault(container);

        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _gateway.SendAsync(request, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            _gateway.Dispose();
            await _store.DisposeAsync();
        }

        private static SqliteConnection Open(string path)
        {
            var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            connection.Open();
            return connection;
        }

        private static Dictionary<string, long> ReadLsns(string path)
        {
            using var copy = Open(path);
            var numbers = new Dictionary<string, long>();
            using (var command = copy.CreateCommand())
            {
                command.CommandText = "SELECT id, number FROM containers";
                using var rows = command.ExecuteReader();
                while (rows.Read())
                    numbers.Add(rows.GetString(0), rows.GetInt64(1));
            }
            return numbers.ToDictionary(pair => pair.Key, pair =>
            {
                using var command = copy.CreateCommand();
#pragma warning disable CA2100 // A number of the store's own.
                command.CommandText = $"SELECT ifnull(max(lsn), 0) FROM docs_{pair.Value}";
#pragma warning restore CA2100
                return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
            });
        }
    }
}
