using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Cli.Demo.Lab;

/// <summary>A certificate authority of this run's own, and two certificates that it signed: a good one and one that has expired.</summary>
internal sealed class Certificates
{
    public const string Good = "good", Expired = "expired", ServerName = "site.example";

    private Certificates(string folder) => Folder = folder;

    /// <summary>Holds a PEM file for each name, with the private key.</summary>
    public string Folder { get; }

    /// <summary>The root to trust, PEM.</summary>
    public string Root => Path.Combine(Folder, "root.pem");

    /// <param name="folder">Is made, for this user alone: there are private keys in it.</param>
    public static Certificates Make(string folder, TimeProvider time)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var made = new Certificates(folder);
        var now = time.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Nines demo root", rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var root = request.CreateSelfSigned(now.AddDays(-60), now.AddDays(60));
        File.WriteAllText(made.Root, root.ExportCertificatePem());
        made.Issue(Good, root, now.AddDays(-1), now.AddDays(30));
        made.Issue(Expired, root, now.AddDays(-31), now.AddDays(-1));
        return made;
    }

    private void Issue(string name, X509Certificate2 root, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={ServerName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(ServerName);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var issued = request.Create(root, from, until, RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Path.Combine(Folder, $"{name}.pem"), $"{issued.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }
}
