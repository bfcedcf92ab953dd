using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Probing.Tls;

/// <summary>What X.509 certificates, revocation lists and OCSP answers have in common: content, algorithm, signature (RFC 5280, section 4.1.1).</summary>
internal readonly record struct SignedBytes(ReadOnlyMemory<byte> Content, string Algorithm, byte[] Signature)
{
    /// <param name="reader">Stands on the sequence; is left behind its signature, inside it.</param>
    /// <exception cref="AsnContentException">It is none.</exception>
    public static SignedBytes Read(AsnReader reader)
    {
        var content = reader.ReadEncodedValue();
        var algorithm = reader.ReadSequence().ReadObjectIdentifier();
        return new SignedBytes(content, algorithm, reader.ReadBitString(out _));
    }

    /// <summary>False for a wrong signature and for an algorithm that we do not know.</summary>
    public bool IsSignedBy(X509Certificate2 signer)
    {
        using var rsa = signer.GetRSAPublicKey();
        using var ecdsa = rsa is null ? signer.GetECDsaPublicKey() : null;
        return Algorithm switch
        {
            "1.2.840.113549.1.1.11" => rsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) == true,
            "1.2.840.113549.1.1.12" => rsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1) == true,
            "1.2.840.113549.1.1.13" => rsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1) == true,
            "1.2.840.10045.4.3.2" => ecdsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) == true,
            "1.2.840.10045.4.3.3" => ecdsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence) == true,
            "1.2.840.10045.4.3.4" => ecdsa?.VerifyData(Content.Span, Signature, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence) == true,
            _ => false,
        };
    }
}
