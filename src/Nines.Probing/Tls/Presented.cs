using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Tls;

/// <summary>What a handshake showed of the target's certificate, kept beyond the handshake.</summary>
internal sealed record Presented(X509Certificate2 Leaf, X509Certificate2? Issuer) : IDisposable
{
    public required int ChainLength { get; init; }
    public required bool ChainComplete { get; init; }
    public required bool NameMatches { get; init; }
    public required bool Trusted { get; init; }

    public static Presented Of(CertificateJudgement judgement)
    {
        // The chain's own certificates end with the handshake.
        var kept = judgement.Chain.Take(2).Select(one => X509CertificateLoader.LoadCertificate(one.RawDataMemory.Span)).ToList();
        CertificateFault[] ofTime = [CertificateFault.Expired, CertificateFault.NotYetValid, CertificateFault.WrongName];
        return new Presented(kept[0], kept.Count > 1 ? kept[1] : null)
        {
            ChainLength = judgement.Chain.Count,
            ChainComplete = judgement.ChainComplete,
            NameMatches = judgement.NameMatches,
            Trusted = !judgement.Faults.Except(ofTime).Any(),
        };
    }

    public Instant Expires => CertificateJudgement.End(Leaf);
    public string Serial => Leaf.SerialNumber.ToLowerInvariant();
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Leaf.RawDataMemory.Span));

    /// <summary>Type and length in bits; the length is null where the type has none.</summary>
    public (string Type, int? Bits) Key
    {
        get
        {
            var unnamed = Leaf.PublicKey.Oid.Value ?? "unknown";
            try
            {
                using var rsa = Leaf.GetRSAPublicKey();
                using var ecdsa = rsa is null ? Leaf.GetECDsaPublicKey() : null;
                return rsa is not null ? ("RSA", rsa.KeySize) : ecdsa is not null ? ("ECDSA", ecdsa.KeySize) : (unnamed, null);
            }
            catch (CryptographicException)
            {
                return (unnamed, null); // a key that the library cannot read, as on a curve of its own
            }
        }
    }

    public void Dispose()
    {
        Leaf.Dispose();
        Issuer?.Dispose();
    }
}
