using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LocalPlatform.Tests.Hosting;
using LocalPlatform.Tests.Support;

namespace LocalPlatform.Tests.Identity;

/// <summary>A host with an issuer.</summary>
public sealed class IdentityApp : IAsyncLifetime
{
    public const string File = """{ "settings": { "App:Audience": "the-app" }, "identity": { "audienceSetting": "App:Audience" } }""";

    private readonly TestFolder _folder = new TestFolder().With("localplatform.json", File);
    private FunctionsHost? _host;

    public HttpClient Http => _host!.Http;

    public string Issuer => $"{Http.BaseAddress!.ToString().TrimEnd('/')}/local/identity";

    public async ValueTask InitializeAsync() => _host = await FunctionsHost.StartAsync([typeof(FineFunctions)], null, _folder);

    public async ValueTask DisposeAsync()
    {
        await _host!.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Asks for a token with a form.</summary>
    public async Task<(int Status, JsonElement Answer)> TokenAsync(params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await Http.PostAsync(new Uri("/local/identity/token", UriKind.Relative), form);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    /// <summary>What a token says, after its signature was checked with the published key.</summary>
    public async Task<JsonElement> ReadAsync(string token)
    {
        var key = JsonDocument.Parse(await Http.GetStringAsync(new Uri("/local/identity/jwks", UriKind.Relative)))
            .RootElement.GetProperty("keys")[0];
        using var signer = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Decoded(key.GetProperty("x").GetString()!), Y = Decoded(key.GetProperty("y").GetString()!) },
        });
        var parts = token.Split('.');
        Assert.True(signer.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Decoded(parts[2]), HashAlgorithmName.SHA256));
        Assert.Equal(key.GetProperty("kid").GetString(), JsonDocument.Parse(Decoded(parts[0])).RootElement.GetProperty("kid").GetString());
        return JsonDocument.Parse(Decoded(parts[1])).RootElement;
    }

    private static byte[] Decoded(string text) => Base64Url.DecodeFromChars(text);
}
