using System.Security.Cryptography;
using LocalPlatform.Storage;
using Microsoft.IdentityModel.Tokens;

namespace LocalPlatform.Identity;

/// <summary>
/// The key that the local issuer signs with: made at the first start, and kept in the data folder for its owner's eyes only.
/// </summary>
internal sealed class IdentityKey : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ECDsa _key;

    private IdentityKey(ECDsa key)
    {
        _key = key;
        Security = new ECDsaSecurityKey(key);
        Security.KeyId = Base64UrlEncoder.Encode(Security.ComputeJwkThumbprint());
    }

    public ECDsaSecurityKey Security { get; }

    /// <exception cref="DataUnusableException">The file cannot be read or written, or holds no such key.</exception>
    public static IdentityKey LoadOrCreate(string path)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            if (File.Exists(path))
                key.ImportFromPem(File.ReadAllText(path));
            else
                Write(path, key.ExportPkcs8PrivateKeyPem());
            return new IdentityKey(key);
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new DataUnusableException(
                $"The key of the local issuer, '{path}', cannot be used: {failure.Message} Delete it to get a new one.", failure);
        }
    }

    public void Dispose() => _key.Dispose();

    /// <summary>The file is there with all that belongs in it, or not at all.</summary>
    private static void Write(string path, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        var unfinished = path + ".new";
        File.Delete(unfinished);
        using (var writer = new StreamWriter(unfinished, options))
            writer.Write(pem);
        File.Move(unfinished, path);
    }
}
