using System.Numerics;
using Nines.Chains.Evm.Rlp;
using Nines.Chains.Evm.Signing;

namespace Nines.Chains.Evm.Transactions;

/// <summary>An account's leave to run the code at <paramref name="Code"/> as its own. An invalid one is skipped by the chain, not refused.</summary>
/// <param name="Chain">The chain's id, in [0, 2^256 − 1]; 0 for every chain.</param>
/// <param name="Code">Whose code; the zero address takes the leave back.</param>
/// <param name="Nonce">The account's own nonce at which it holds.</param>
/// <param name="YParity">0 or 1 when valid; any number below 256 is carried.</param>
/// <param name="R">Of the signature, in [0, 2^256 − 1].</param>
/// <param name="S">Of the signature, in [0, 2^256 − 1].</param>
/// <remarks>Source: EIP-7702.</remarks>
public sealed record CodeAuthorization(BigInteger Chain, Address Code, ulong Nonce, byte YParity, BigInteger R, BigInteger S)
{
    private const byte Magic = 0x05;

    /// <summary>The account that gave it; null when its signature is invalid.</summary>
    public Address? Authority() =>
        YParity <= 1 && new EcdsaSignature(R, S, YParity == 1) is { HasLowS: true } signature
            ? Secp256k1.Recover(signature, SigningHash(Chain, Code, Nonce))
            : null;

    public static CodeAuthorization Sign(PrivateKey account, ChainId chain, Address code, ulong nonce)
    {
        var signature = account.Sign(SigningHash(chain.Value, code, nonce));
        return new CodeAuthorization(chain.Value, code, nonce, signature.YParity ? (byte)1 : (byte)0, signature.R, signature.S);
    }

    internal void Write(RlpWriter writer)
    {
        var list = writer.BeginList();
        writer.Write(Chain);
        writer.Write(Code);
        writer.Write(Nonce);
        writer.Write((ulong)YParity);
        writer.Write(R);
        writer.Write(S);
        writer.EndList(list);
    }

    private static Hash32 SigningHash(BigInteger chain, Address code, ulong nonce)
    {
        var writer = new RlpWriter();
        writer.WriteEncoded([Magic]);
        var list = writer.BeginList();
        writer.Write(chain);
        writer.Write(code);
        writer.Write(nonce);
        writer.EndList(list);
        return Keccak256.Hash(writer.Written);
    }
}
