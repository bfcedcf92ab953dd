using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Number = Org.BouncyCastle.Math.BigInteger;

namespace Nines.Chains.Evm.Signing;

/// <summary>
/// What signs for an account. It has no way out: no property, text or serializer shows it, and no exception quotes it.
/// </summary>
[DebuggerDisplay("<secret>")]
public sealed class PrivateKey
{
    /// <value>Bytes.</value>
    public const int Size = 32;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Number _secret;

    private PrivateKey(Number secret)
    {
        _secret = secret;
        Address = Secp256k1.AddressOf(secret);
    }

    /// <summary>The account that the key signs for.</summary>
    public Address Address { get; }

    /// <summary>Reads 64 hexadecimal digits of either case, with or without "0x", white space around them left out.</summary>
    /// <returns>False for anything else, and for a number outside [1, n − 1].</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PrivateKey? key)
    {
        key = null;
        text = text.Trim();
        var digits = Hex.HasPrefix(text) ? text[2..] : text;
        var bytes = new byte[Size];
        if (digits.Length != 2 * Size || Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var secret = new Number(1, bytes);
        Array.Clear(bytes);
        var number = new System.Numerics.BigInteger(secret.ToByteArrayUnsigned(), isUnsigned: true, isBigEndian: true);
        if (number.IsZero || number >= Secp256k1.Order)
        {
            return false;
        }

        key = new PrivateKey(secret);
        return true;
    }

    /// <exception cref="FormatException">Not a private key. The message does not say what was given.</exception>
    public static PrivateKey Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var key)
            ? key
            : throw new FormatException("A private key is 64 hexadecimal digits, a number between 1 and the order of secp256k1.");

    /// <summary>Signs a hash: deterministic by RFC 6979, s in the lower half by EIP-2.</summary>
    public EcdsaSignature Sign(Hash32 hash) => Secp256k1.Sign(_secret, hash);

    public override string ToString() => "<secret>";
}
