using System.Globalization;
using System.Numerics;

namespace Nines.Chains.Evm;

/// <summary>
/// Numbers as the Ethereum JSON-RPC specification writes them: "0x0", "0x400", no leading zeros.
/// Writing is strict; reading tolerates leading zeros and upper-case digits, because clients in use send them.
/// </summary>
public static class Quantity
{
    /// <value>Hexadecimal digits: enough for 256 bits, with room for padding.</value>
    private const int MaxDigits = 128;

    internal static readonly BigInteger MaxUInt256 = (BigInteger.One << 256) - 1;

    public static string Write(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    /// <exception cref="ArgumentOutOfRangeException">Negative or above 2^256 − 1.</exception>
    public static string Write(BigInteger value)
    {
        if (value.Sign < 0 || value > MaxUInt256)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "is not in [0, 2^256 − 1]");
        }

        var digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    /// <summary>Reads "0x" and at least one digit; false above 2^64 − 1.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return TryReadDigits(text, out var digits)
            && digits.Length <= 16
            && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads "0x" and at least one digit; false above 2^256 − 1.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out BigInteger value)
    {
        value = BigInteger.Zero;
        if (!TryReadDigits(text, out var digits) || digits.Length > 64)
        {
            return false;
        }

        // the leading zero keeps BigInteger from reading a high first digit as a sign
        return BigInteger.TryParse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryReadDigits(ReadOnlySpan<char> text, out ReadOnlySpan<char> digits)
    {
        digits = default;
        if (!Hex.HasPrefix(text) || text.Length == 2 || text.Length > 2 + MaxDigits)
        {
            return false;
        }

        digits = text[2..].TrimStart('0');
        if (digits.IsEmpty)
        {
            digits = "0";
        }

        return true;
    }
}
