using System.Text.Json;
using LocalPlatform.Hosting;

namespace LocalPlatform.Settings;

/// <summary>
/// <c>localplatform.json</c>: what an app wants of its local platform. <c>{baseUrl}</c> in a setting stands for the address that
/// the host listens on.
/// </summary>
internal sealed record PlatformFile
{
    public const string Name = "localplatform.json";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Settings with the lowest priority.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Mock webhook receivers.</summary>
    public IReadOnlyList<WebhookEntry> Webhooks { get; init; } = [];

    /// <summary>The issuer of access tokens; null for none.</summary>
    public IdentityEntry? Identity { get; init; }

    /// <summary>Where the root leads to; null for nowhere.</summary>
    public string? Home { get; init; }

    /// <summary>Requests that fill an empty store.</summary>
    public IReadOnlyList<SeedEntry> Seed { get; init; } = [];

    /// <summary>Reads the file; a missing one is empty.</summary>
    /// <exception cref="PlatformStartException">The file cannot be read.</exception>
    public static PlatformFile Load(string path)
    {
        if (!File.Exists(path))
            return new PlatformFile();
        try
        {
            return JsonSerializer.Deserialize<PlatformFile>(File.ReadAllBytes(path), Format) ?? new PlatformFile();
        }
        catch (JsonException malformed)
        {
            throw new PlatformStartException($"{path} cannot be read: {malformed.Message}");
        }
    }
}

/// <summary>A webhook receiver and the setting that holds its signing key; without one, signatures are not checked.</summary>
internal sealed record WebhookEntry(string Name, string? SigningKeySetting = null);

/// <summary>The local issuer, and the setting that holds what its tokens are made out to.</summary>
internal sealed record IdentityEntry(string AudienceSetting);

/// <summary>
/// A request that is sent to the app itself on a first start. <paramref name="File"/> lies beside the app. With a <paramref name="Scope"/>
/// it carries a token of the local issuer that is good for that.
/// </summary>
internal sealed record SeedEntry(
    string Method, string Path, string? File = null, string? ContentType = null, string? Says = null, string? Scope = null);
