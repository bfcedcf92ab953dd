using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Nines.Web.Access;

/// <summary>
/// How an API token is written: <c>nines_</c>, 256 random bits in 43 characters of base 62, and 6 characters of a checksum. The beginning
/// lets scanners find one that leaked; the checksum tells a mistyped one from a revoked one without a look at the store.
/// </summary>
internal static class TokenText
{
    public const string Beginning = "nines_";

    private const int Random = 43, Check = 6;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New()
    {
        var body = Base62(new BigInteger(RandomNumberGenerator.GetBytes(Secrets.Bytes), isUnsigned: true), Random);
        return $"{Beginning}{body}{CheckOf(body)}";
    }

    /// <summary>True for a text of the right shape, checksum included. Whether such a token was ever given out is another question.</summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: 6 + Random + Check } && text.StartsWith(Beginning, StringComparison.Ordinal)
        && text.AsSpan(Beginning.Length).IndexOfAnyExcept(Alphabet) < 0
        && text.AsSpan(Beginning.Length + Random).SequenceEqual(CheckOf(text.Substring(Beginning.Length, Random)));

    private static string CheckOf(string body) =>
        Base62(new BigInteger(SHA256.HashData(Encoding.ASCII.GetBytes(Beginning + body)).AsSpan(0, 4), isUnsigned: true), Check);

    private static string Base62(BigInteger value, int length)
    {
        var text = new char[length];
        for (var at = length - 1; at >= 0; at--)
        {
            value = BigInteger.DivRem(value, 62, out var digit);
            text[at] = Alphabet[(int)digit];
        }
        return new string(text);
    }
}
