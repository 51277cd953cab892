using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Commerce.Functions.Auth;

/// <summary>
/// The keys that the issuer signs with, fetched when the first token comes, so that an issuer that is down delays no start. They are
/// fetched anew after <see cref="RefreshAfter"/>, and for a token that names a key nobody knows, but not for each such token.
/// </summary>
internal sealed partial class IssuerKeys(IDocumentRetriever documents, IOptions<AuthOptions> options, TimeProvider time,
    ILogger<IssuerKeys> logger)
{
    /// <summary>Age at which keys are fetched anew, beside the requests that come in.</summary>
    public static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Age at which requests wait for new keys: when nobody has asked for long, the first who does must not profit from a key that was
    /// withdrawn. A key is trusted no longer than this after the issuer took it back, if the issuer can be reached.
    /// </summary>
    public static readonly TimeSpan WaitAfter = TimeSpan.FromMinutes(20);

    /// <summary>For so long the last keys are good while the issuer cannot be reached.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromHours(24);

    /// <summary>Shortest time between two fetches for keys that nobody knows: anybody can name one.</summary>
    public static readonly TimeSpan PauseForUnknownKeys = TimeSpan.FromSeconds(30);

    /// <summary>After a failed fetch, so long until the next.</summary>
    public static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private KeySet? _keys;
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _failedAt = DateTimeOffset.MinValue;
    private Task? _fetch;

    /// <summary>
    /// The keys that are trusted now, with the named one if the issuer has it; null while there are none, which is nobody's fault but the
    /// issuer's.
    /// </summary>
    public async ValueTask<KeySet?> TrustedAsync(string? keyId, CancellationToken ct)
    {
        var (keys, fetch, mustWait) = Look(keyId);
        if (fetch is null || !mustWait)
            return keys;
        await fetch.WaitAsync(ct);
        lock (_gate)
            return Good(time.GetUtcNow());
    }

    /// <summary>What there is, the fetch that is due or under way, and whether to wait for it.</summary>
    private (KeySet? Keys, Task? Fetch, bool MustWait) Look(string? keyId)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var (keys, age) = (Good(now), now - _fetchedAt);
            var isMissing = keys is null || (!keys.Knows(keyId) && age >= PauseForUnknownKeys);
            if (!isMissing && age < RefreshAfter)
                return (keys, null, false);
            if (_fetch is null && now - _failedAt >= PauseAfterFailure)
                _fetch = Task.Run(FetchAsync, CancellationToken.None);
            // While the issuer cannot be reached the last keys have to do, and nobody waits for what will not come.
            var isDown = now - _failedAt < WaitAfter;
            return (keys, _fetch, isMissing || (age >= WaitAfter && !isDown));
        }
    }

    private KeySet? Good(DateTimeOffset now) => now - _fetchedAt < GoodFor ? _keys : null;

    private async Task FetchAsync()
    {
        KeySet? fetched = null;
        try
        {
            fetched = Check(await OpenIdConnectConfigurationRetriever.GetAsync(options.Value.MetadataAddress, documents,
                CancellationToken.None));
        }
#pragma warning disable CA1031 // Whatever keeps the issuer from answering properly: the keys that there are have to do.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogUnreachable(options.Value.MetadataAddress, fault);
        }
        lock (_gate)
        {
            _fetch = null;
            if (fetched is null)
                _failedAt = time.GetUtcNow();
            else
                (_keys, _fetchedAt) = (fetched.IsSame(_keys) ? _keys : fetched, time.GetUtcNow());
        }
    }

    /// <exception cref="InvalidOperationException">Somebody else answers there, or the answer has no key.</exception>
    private KeySet Check(OpenIdConnectConfiguration configuration)
    {
        if (configuration.Issuer != options.Value.Issuer)
            throw new InvalidOperationException(
                $"The issuer calls itself '{configuration.Issuer}'; {AuthOptions.Section}:{nameof(AuthOptions.Issuer)} must say the same.");
        var keys = new KeySet(configuration);
        return keys.Keys.Count > 0 ? keys : throw new InvalidOperationException("The issuer has no key to sign with.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The issuer's keys could not be had from {Address}")]
    private partial void LogUnreachable(string address, Exception fault);
}
