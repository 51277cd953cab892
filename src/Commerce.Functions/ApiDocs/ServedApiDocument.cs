using System.Text;
using Commerce.Functions.Auth;
using Commerce.Functions.Http;
using Microsoft.Extensions.Options;

namespace Commerce.Functions.ApiDocs;

/// <summary>The API document as this app serves it: where it names an example of an issuer, the one whose tokens are taken here.</summary>
public sealed class ServedApiDocument
{
    private const string ExampleOfMetadata = "https://issuer.example/.well-known/openid-configuration";

    private readonly Lazy<StaticContent> _yaml;
    private readonly Lazy<StaticContent> _json;

    public ServedApiDocument(IOptions<AuthOptions> auth)
    {
        ArgumentNullException.ThrowIfNull(auth);
        var document = new Lazy<byte[]>(() =>
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(ApiDocument.Yaml)
                .Replace(ExampleOfMetadata, auth.Value.MetadataAddress, StringComparison.Ordinal)));
        _yaml = new(() => StaticContent.Plain(document.Value, "application/yaml; charset=utf-8"));
        _json = new(() => StaticContent.Plain(ApiDocument.ToJson(document.Value), "application/json; charset=utf-8"));
    }

    internal StaticContent Yaml => _yaml.Value;

    internal StaticContent Json => _json.Value;
}
