using System.Security.Cryptography;
using System.Text;

namespace Nines.Web.Access;

/// <summary>Secrets that we make ourselves: 256 random bits, kept only as SHA-256. They need no slow hash: nobody can try them all.</summary>
internal static class Secrets
{
    public const int Bytes = 32;

    /// <summary>43 characters of the base64url alphabet (RFC 4648, section 5), without padding.</summary>
    public static string New() => Base64Url(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>True for a text of the shape that <see cref="New"/> gives: what else comes is not worth a hash.</summary>
    public static bool HasShape(string? text) => text is { Length: 43 } && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Takes as long wherever they differ.</summary>
    public static bool AreSame(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    /// <summary>What forms of a session carry: follows from the cookie, and the cookie does not follow from it.</summary>
    public static string FormToken(string session) => Base64Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(session), "nines form"u8));

    /// <summary>The same token in other characters each time: a page is sent compressed and may repeat what its caller sent, and a text that stayed the same could be guessed from the length (BREACH).</summary>
    public static string Masked(string token)
    {
        var (plain, mask) = (Encoding.UTF8.GetBytes(token), RandomNumberGenerator.GetBytes(Encoding.UTF8.GetByteCount(token)));
        return Base64Url([.. mask, .. plain.Zip(mask, (one, other) => (byte)(one ^ other))]);
    }

    /// <summary>Whether a text is the token, as <see cref="Masked"/> wrote it.</summary>
    public static bool IsMasked(string text, string token)
    {
        if (text.Length > 200 || !System.Buffers.Text.Base64Url.IsValid(text)) return false;
        var both = System.Buffers.Text.Base64Url.DecodeFromChars(text);
        var half = both.Length / 2;
        return both.Length % 2 == 0 && CryptographicOperations.FixedTimeEquals([.. both.Take(half).Zip(both.Skip(half), (one, other) => (byte)(one ^ other))], Encoding.UTF8.GetBytes(token));
    }

    private static string Base64Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
