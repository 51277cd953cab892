using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Tokens;

namespace Commerce.Functions.Tests.Auth;

/// <summary>
/// An issuer in memory: its documents, and tokens of every kind, written by hand, because a library would not write the wrong ones.
/// </summary>
internal sealed class TestIssuer : IDocumentRetriever, IDisposable
{
    public const string Address = "https://issuer.example";
    public const string Audience = "commerce";

    private readonly Dictionary<string, ECDsa> _keys = [];
    private string _current = "";

    public TestIssuer(TimeProvider time)
    {
        Time = time;
        Rotate("key-1");
    }

    public TimeProvider Time { get; }

    /// <summary>False: nobody answers.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>Until then it takes requests and answers none.</summary>
    public Task Silence { get; set; } = Task.CompletedTask;

    /// <summary>What it calls itself.</summary>
    public string Name { get; set; } = Address;

    /// <summary>How often its description was asked for.</summary>
    public int Fetches { get; private set; }

    /// <summary>Signs with a new key; the old ones are still published.</summary>
    public void Rotate(string keyId)
    {
        _keys[keyId] = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _current = keyId;
    }

    /// <summary>Publishes a key no longer.</summary>
    public void Withdraw(string keyId)
    {
        _keys[keyId].Dispose();
        _keys.Remove(keyId);
    }

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        await Silence;
        if (!IsUp)
            throw new IOException("Nobody answers.");
        if (address == $"{Address}/keys")
            return new JsonObject
            {
                ["keys"] = new JsonArray([.. _keys.Select(key =>
                PublicKey(key.Key, key.Value))])
            }.ToJsonString();
        Assert.Equal($"{Address}/.well-known/openid-configuration", address);
        Fetches++;
        return new JsonObject { ["issuer"] = Name, ["jwks_uri"] = $"{Address}/keys" }.ToJsonString();
    }

    /// <summary>A good token but for what is changed about it.</summary>
    public string Token(string? sub = "kim", string? scope = null, Action<JsonObject>? change = null) =>
        Sign(Claims(sub, scope, change).ToJsonString());

    /// <summary>Signs any payload.</summary>
    public string Sign(string payload, string? keyId = null, string header = "")
    {
        var content = $"{Encoded($$"""{"alg":"ES256","typ":"at+jwt","kid":"{{keyId ?? _current}}"{{header}}}""")}.{Encoded(payload)}";
        var signature = _keys[_current].SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Without any signature.</summary>
    public string Unsigned(string algorithm) =>
        $"{Encoded($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Encoded(Claims("kim", null, null).ToJsonString())}.";

    /// <summary>Signed with a secret that everybody knows: the public key, as its bytes and as its text.</summary>
    public string SignedWithPublicKey(bool asText)
    {
        var key = _keys[_current].ExportSubjectPublicKeyInfo();
        var secret = asText ? Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", key)) : key;
        var head = Encoded($$"""{"alg":"HS256","typ":"JWT","kid":"{{_current}}"}""");
        var content = $"{head}.{Encoded(Claims("kim", null, null).ToJsonString())}";
        return $"{content}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    public JsonObject Claims(string? sub, string? scope, Action<JsonObject>? change)
    {
        var now = Time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Address, ["aud"] = Audience, ["iat"] = now, ["nbf"] = now, ["exp"] = now + 600 };
        if (sub is not null)
            claims["sub"] = sub;
        if (scope is not null)
            claims["scope"] = scope;
        change?.Invoke(claims);
        return claims;
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }

    private static string Encoded(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static JsonNode? PublicKey(string id, ECDsa key)
    {
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(key) { KeyId = id });
        return JsonSerializer.SerializeToNode(new { kty = jwk.Kty, use = "sig", kid = id, crv = jwk.Crv, x = jwk.X, y = jwk.Y });
    }
}
