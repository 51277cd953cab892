using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Commerce.Functions.Auth;

/// <summary>The access token of a request, as RFC 6750 has it in the header <c>Authorization</c>.</summary>
internal static class BearerToken
{
    /// <summary>Longest token, in characters. What is longer is not looked at.</summary>
    public const int LengthMax = 8 * 1024;

    private const string Scheme = "Bearer";

    /// <summary>False when something was sent that can be no token; true, and empty, when nothing was, or for another scheme.</summary>
    /// <param name="request">The request.</param>
    /// <param name="token">The token, within the header's own text: one that is known already need not be copied out of it.</param>
    public static bool TryRead(HttpRequest request, out ReadOnlySpan<char> token)
    {
        token = default;
        var headers = request.Headers.Authorization;
        if (headers.Count == 0)
            return true;
        // Two answers to the question who calls are none.
        if (headers is not [{ } header])
            return false;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || (header.Length > Scheme.Length && header[Scheme.Length] != ' '))
            return true;
        var sent = header.AsSpan(Scheme.Length).Trim(' ');
        if (sent.IsEmpty || sent.Length > LengthMax)
            return false;
        token = sent;
        return true;
    }
}

/// <summary>What a token is remembered by: whoever reads the memory cannot use it.</summary>
internal readonly record struct TokenHash(UInt128 High, UInt128 Low)
{
    private const int UsualLengthMax = 2048;

    public static TokenHash Of(ReadOnlySpan<char> token)
    {
        Span<byte> text = stackalloc byte[UsualLengthMax];
        var bytes = token.Length <= text.Length ? text[..token.Length] : new byte[token.Length];
        // A token is ASCII; two that differ in what is not will both be refused.
        Encoding.ASCII.GetBytes(token, bytes);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new(
            BinaryPrimitives.ReadUInt128BigEndian(hash),
            BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
