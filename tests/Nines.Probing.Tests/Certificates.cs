using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Probing.Tests;

/// <summary>A certificate authority of our own, and certificates good and bad. Validity is around the real now: X.509 checks read the system's clock.</summary>
internal sealed class Certificates : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 root;

    public Certificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test Root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        root = request.CreateSelfSigned(Now.AddYears(-2), Now.AddYears(2));
        RootFile = Path.Combine(Path.GetTempPath(), $"nines-test-root-{Guid.NewGuid():N}.pem");
        File.WriteAllText(RootFile, root.ExportCertificatePem());
    }

    public string RootFile { get; }

    /// <summary>A certificate that the root has issued itself.</summary>
    /// <param name="fetchable">It says where its issuer's certificate can be fetched, as public ones do.</param>
    public X509Certificate2 Issue(string name = "127.0.0.1", int fromDays = -1, int toDays = 30, bool fetchable = false) => IssueBy(root, name, fromDays, toDays, fetchable);

    /// <summary>A certificate below an intermediate, as all public ones are, and that intermediate.</summary>
    public (X509Certificate2 Leaf, X509Certificate2 Intermediate) IssueBelow(string name = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test Intermediate", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issued = request.Create(root, Now.AddDays(-100), Now.AddDays(100), RandomNumberGenerator.GetBytes(8));
        using var intermediate = issued.CopyWithPrivateKey(key);
        return (IssueBy(intermediate, name, -1, 30, true), X509CertificateLoader.LoadCertificate(issued.RawData));
    }

    public static X509Certificate2 SelfSigned(string name = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = Request(name, key, false).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate of strangers whose extensions are there, and are nonsense.</summary>
    public static X509Certificate2 Garbled()
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuerRequest = new CertificateRequest("CN=Strange Root", issuerKey, HashAlgorithmName.SHA256);
        issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = issuerRequest.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(100));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=garbled", key, HashAlgorithmName.SHA256);
        foreach (var oid in new[] { "2.5.29.17", "2.5.29.35", "1.3.6.1.5.5.7.1.1", "2.5.29.31" }) request.CertificateExtensions.Add(new X509Extension(oid, [0x30, 0x05, 0xA0, 0x80, 0x01], false));
        using var issued = request.Create(issuer, Now.AddDays(-1), Now.AddDays(30), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2 IssueBy(X509Certificate2 issuer, string name, int fromDays, int toDays, bool fetchable)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = Request(name, key, fetchable).Create(issuer, Now.AddDays(fromDays), Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static CertificateRequest Request(string name, ECDsa key, bool fetchable)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (fetchable) request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], ["http://ca.example/issuer.der"]));
        return request;
    }

    /// <summary>A server that completes a handshake with the certificate and answers 200.</summary>
    /// <param name="clients">Only callers with a certificate that this root has issued are let in; null for everybody.</param>
    public static HostileServer Serve(X509Certificate2 certificate, X509Certificate2Collection? sent = null, Certificates? clients = null, string body = "secured") => new(async (stream, stop) =>
    {
        await using var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, sent, offline: true),
            ClientCertificateRequired = clients is not null,
            CertificateChainPolicy = clients is null ? null : new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { clients.root }, RevocationMode = X509RevocationMode.NoCheck,
            },
        }, stop);
        await HostileServer.ReadHeadAsync(secured, stop);
        await secured.WriteAsync(System.Text.Encoding.ASCII.GetBytes(HostileServer.Ok(body)), stop);
    });

    public void Dispose()
    {
        root.Dispose();
        File.Delete(RootFile);
    }
}
