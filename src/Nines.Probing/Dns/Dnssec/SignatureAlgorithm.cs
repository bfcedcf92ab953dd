using System.Security.Cryptography;

namespace Nines.Probing.Dns.Dnssec;

/// <summary>The algorithms that zones are signed with today (RFC 8624, section 3.1): RSA with SHA-256 and SHA-512, ECDSA on P-256 and P-384.</summary>
internal static class SignatureAlgorithm
{
    private const int RsaSha256 = 8;
    private const int RsaSha512 = 10;
    private const int EcdsaP256 = 13;
    private const int EcdsaP384 = 14;

    /// <summary>RFC 3110, section 2.</summary>
    private const int LargestRsaModulus = 512;

    /// <summary>An exponent of any length would let a zone make us compute for as long as it likes.</summary>
    private const int LargestRsaExponent = 8;

    public static bool IsSupported(byte algorithm) => algorithm is RsaSha256 or RsaSha512 or EcdsaP256 or EcdsaP384;

    /// <summary>What an algorithm that is not supported is called in the registry, for messages.</summary>
    public static string NameOf(byte algorithm) => algorithm switch
    {
        1 => "1 (RSAMD5)",
        3 => "3 (DSA)",
        5 => "5 (RSASHA1)",
        6 => "6 (DSA-NSEC3-SHA1)",
        7 => "7 (RSASHA1-NSEC3-SHA1)",
        15 => "15 (ED25519)",
        16 => "16 (ED448)",
        _ => FormattableString.Invariant($"{algorithm}"),
    };

    /// <summary>False for a signature that is wrong, and for keys and signatures that are none.</summary>
    public static bool IsValid(byte algorithm, byte[] key, byte[] data, byte[] signature)
    {
        try
        {
            return algorithm switch
            {
                RsaSha256 => IsRsa(key, data, signature, HashAlgorithmName.SHA256),
                RsaSha512 => IsRsa(key, data, signature, HashAlgorithmName.SHA512),
                EcdsaP256 => IsEcdsa(ECCurve.NamedCurves.nistP256, 32, key, data, signature, HashAlgorithmName.SHA256),
                EcdsaP384 => IsEcdsa(ECCurve.NamedCurves.nistP384, 48, key, data, signature, HashAlgorithmName.SHA384),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            return false;   // the key is no point on the curve, no modulus
        }
    }

    private static bool IsRsa(byte[] key, byte[] data, byte[] signature, HashAlgorithmName hash)
    {
        // One octet for the exponent's length, or a zero and two (RFC 3110, section 2).
        if (key.Length < 3) return false;
        var (length, begin) = key[0] != 0 ? (key[0], 1) : (key[1] << 8 | key[2], 3);
        if (length is 0 or > LargestRsaExponent || key.Length <= begin + length || key.Length - begin - length > LargestRsaModulus) return false;
        using var rsa = RSA.Create(new RSAParameters { Exponent = key[begin..(begin + length)], Modulus = key[(begin + length)..] });
        return rsa.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1);
    }

    private static bool IsEcdsa(ECCurve curve, int size, byte[] key, byte[] data, byte[] signature, HashAlgorithmName hash)
    {
        if (key.Length != size * 2 || signature.Length != size * 2) return false;
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = key[..size], Y = key[size..] } });
        return ecdsa.VerifyData(data, signature, hash);
    }
}
