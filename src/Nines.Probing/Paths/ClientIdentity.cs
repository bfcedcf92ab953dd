using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Probing.Paths;

/// <summary>A client certificate out of PEM text, and everything that can be wrong with one.</summary>
internal static class ClientIdentity
{
    /// <param name="certificate">PEM: our certificate first, then its issuers; null for none.</param>
    /// <param name="key">PEM: its private key, not encrypted; null for none.</param>
    /// <exception cref="CryptographicException">See <see cref="MistakesIn"/>.</exception>
    public static SslStreamCertificateContext? From(string? certificate, string? key)
    {
        if (certificate is null || key is null) return null;
        using var pair = X509Certificate2.CreateFromPem(certificate, key);
        var issuers = new X509Certificate2Collection();
        issuers.ImportFromPem(certificate);
        if (issuers.Count > 0) issuers.RemoveAt(0);
        // Through PKCS #12, so that the key does not end with the pair.
        var own = X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(own, issuers, offline: true);
    }

    /// <summary>What is wrong with the options client_cert and client_key; nothing of them is part of the message.</summary>
    public static IEnumerable<OptionMistake> MistakesIn(string? certificate, string? key)
    {
        if (certificate is null && key is null) yield break;
        if (certificate is null) yield return new OptionMistake("client_key", "is of no use without client_cert. Give client_cert_file: a PEM file with the certificate.");
        else if (!certificate.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
            yield return new OptionMistake("client_cert", "holds no PEM certificate (-----BEGIN CERTIFICATE-----). For one in DER: openssl x509 -inform der -in cert.der -out cert.pem");
        if (key is null) yield return new OptionMistake("client_cert", "is of no use without client_key. Give client_key_file: a PEM file with its private key.");
        else if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
            yield return new OptionMistake("client_key", "is encrypted, and nobody is there to type its password. Decrypt it: openssl pkey -in key.pem -out plain.pem, readable by Nines alone.");
        else if (!key.Contains(" PRIVATE KEY-----", StringComparison.Ordinal))
            yield return new OptionMistake("client_key", "holds no PEM private key (-----BEGIN PRIVATE KEY-----).");
        else if (certificate?.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal) == true && !Fit(certificate, key))
            yield return new OptionMistake("client_key", "is not the key of client_cert, or one of them is damaged. Compare: openssl x509 -in cert.pem -noout -pubkey; openssl pkey -in key.pem -pubout");
    }

    private static bool Fit(string certificate, string key)
    {
        try
        {
            return From(certificate, key) is not null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
