using System.Numerics;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Number = Org.BouncyCastle.Math.BigInteger;

namespace Nines.Chains.Evm.Signing;

/// <summary>The curve that Ethereum signs on. Arithmetic of points is BouncyCastle's.</summary>
/// <remarks>Source: SEC 2, section 2.4.1 (the curve); SEC 1, sections 4.1.3 and 4.1.6 (signing, recovery); RFC 6979 (the nonce).</remarks>
public static class Secp256k1
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly FixedPointCombMultiplier Multiplier = new();

    /// <summary>The order n of the group: valid private keys are in [1, n − 1].</summary>
    public static BigInteger Order { get; } = Ours(Curve.N);

    /// <summary>n / 2, rounded down: the highest s that is valid since EIP-2.</summary>
    public static BigInteger HalfOrder { get; } = Order / 2;

    /// <summary>
    /// Signs a hash: deterministic by RFC 6979 with SHA-256, s in the lower half. Verified against its own key before it is returned, so
    /// that a fault of the machine cannot give the key away.
    /// </summary>
    internal static EcdsaSignature Sign(Number secret, Hash32 hash)
    {
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, secret, hash.ToArray());
        var message = new Number(1, hash.ToArray());
        while (true)
        {
            var nonce = nonces.NextK();
            var point = Multiplier.Multiply(Curve.G, nonce).Normalize();
            var r = point.AffineXCoord.ToBigInteger();
            var s = nonce.ModInverse(Curve.N).Multiply(message.Add(secret.Multiply(r))).Mod(Curve.N);

            // an x of n or more could not be recovered from its remainder; neither comes up in practice
            if (r.CompareTo(Curve.N) >= 0 || r.SignValue == 0 || s.SignValue == 0)
            {
                continue;
            }

            var signature = new EcdsaSignature(Ours(r), Ours(s), point.AffineYCoord.TestBitZero());
            signature = signature.HasLowS ? signature : new EcdsaSignature(signature.R, Order - signature.S, !signature.YParity);
            return Recover(signature, hash) == AddressOf(secret)
                ? signature
                : throw new InvalidOperationException("A signature does not verify with the key that made it.");
        }
    }

    /// <summary>
    /// Who signed <paramref name="hash"/>; null when nobody can have made the signature (r or s outside [1, n − 1], r not on the curve).
    /// A high s is recovered too: whether it is valid is the fork's rule.
    /// </summary>
    public static Address? Recover(EcdsaSignature signature, Hash32 hash)
    {
        if (signature.R.Sign <= 0 || signature.S.Sign <= 0 || signature.R >= Order || signature.S >= Order)
        {
            return null;
        }

        var r = Theirs(signature.R);
        if (PointAt(r, signature.YParity) is not { } point)
        {
            return null;
        }

        var inverse = r.ModInverse(Curve.N);
        var ofBase = Curve.N.Subtract(new Number(1, hash.ToArray()).Mod(Curve.N)).Multiply(inverse).Mod(Curve.N);
        var ofPoint = Theirs(signature.S).Multiply(inverse).Mod(Curve.N);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, ofBase, point, ofPoint).Normalize();
        return key.IsInfinity ? null : AddressOf(key);
    }

    internal static Address AddressOf(Number secret) => AddressOf(Multiplier.Multiply(Curve.G, secret).Normalize());

    private static Address AddressOf(ECPoint key)
    {
        Span<byte> digest = stackalloc byte[Hash32.Size];
        Keccak256.Hash(key.GetEncoded(compressed: false).AsSpan(1)).CopyTo(digest);
        return new Address(digest[^Address.Size..]);
    }

    /// <summary>The point with this x; null when the curve has none.</summary>
    private static ECPoint? PointAt(Number x, bool isOdd)
    {
        var encoded = new byte[33];
        encoded[0] = isOdd ? (byte)3 : (byte)2;
        var bytes = x.ToByteArrayUnsigned();
        bytes.CopyTo(encoded, encoded.Length - bytes.Length);
        try
        {
            return Curve.Curve.DecodePoint(encoded);
        }
        catch (ArgumentException)
        {
            // how BouncyCastle says that x³ + 7 has no root
            return null;
        }
    }

    private static BigInteger Ours(Number number) => new(number.ToByteArrayUnsigned(), isUnsigned: true, isBigEndian: true);

    private static Number Theirs(BigInteger number) => new(1, number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
