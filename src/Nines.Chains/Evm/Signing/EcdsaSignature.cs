using System.Numerics;

namespace Nines.Chains.Evm.Signing;

/// <summary>A signature over a hash on the curve secp256k1, with what is needed to recover who made it.</summary>
/// <param name="R">In [0, 2^256 − 1]; a valid one is in [1, n − 1].</param>
/// <param name="S">In [0, 2^256 − 1]; a valid one is in [1, n − 1], and since Homestead in [1, n / 2].</param>
/// <param name="YParity">Whether the y coordinate of the curve's point is odd.</param>
/// <remarks>Source: SEC 1, section 4.1; EIP-2 for the limit of s.</remarks>
public readonly record struct EcdsaSignature(BigInteger R, BigInteger S, bool YParity)
{
    /// <summary>Whether s is in the lower half: of the two signatures that anybody can make of one, the only valid one since EIP-2.</summary>
    public bool HasLowS => S <= Secp256k1.HalfOrder;

    /// <summary>65 bytes: r, s, and 27 or 28, as eth_sign and ecrecover have it.</summary>
    public HexBytes ToBytes()
    {
        var bytes = new byte[65];
        WriteWord(R, bytes.AsSpan(0, 32));
        WriteWord(S, bytes.AsSpan(32, 32));
        bytes[64] = YParity ? (byte)28 : (byte)27;
        return HexBytes.Owning(bytes);
    }

    private static void WriteWord(BigInteger number, Span<byte> word)
    {
        var length = number.GetByteCount(isUnsigned: true);
        number.TryWriteBytes(word[(32 - length)..], out _, isUnsigned: true, isBigEndian: true);
    }
}
