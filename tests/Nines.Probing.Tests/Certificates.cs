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

    public X509Certificate2 Issue(string name = "127.0.0.1", int fromDays = -1, int toDays = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(root, Now.AddDays(fromDays), Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A server that completes a handshake with the certificate and answers 200.</summary>
    public static HostileServer Serve(X509Certificate2 certificate) => new(async (stream, stop) =>
    {
        await using var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
        await HostileServer.ReadHeadAsync(secured, stop);
        await secured.WriteAsync(System.Text.Encoding.ASCII.GetBytes(HostileServer.Ok("secured")), stop);
    });

    public void Dispose()
    {
        root.Dispose();
        File.Delete(RootFile);
    }
}
