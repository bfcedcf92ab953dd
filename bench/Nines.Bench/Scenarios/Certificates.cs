using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nines.Bench.Scenarios;

/// <summary>A certificate authority for one run, with what a server can do wrong with certificates. Validity is around the real now: X.509 checks read the system's clock.</summary>
internal sealed class Certificates : IDisposable
{
    private const string Here = "127.0.0.1";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 root = Authority("CN=Bench Root");
    private readonly List<X509Certificate2> made = [];

    public Certificates(string folder)
    {
        RootFile = Path.Combine(folder, "root.pem");
        File.WriteAllText(RootFile, root.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = AuthorityRequest("CN=Bench Intermediate", key);
        using var issued = request.Create(root, Now.AddDays(-100), Now.AddDays(100), RandomNumberGenerator.GetBytes(8));
        using var intermediate = issued.CopyWithPrivateKey(key);
        var sent = X509CertificateLoader.LoadCertificate(issued.RawData);
        var stranger = Authority("CN=Nobody's Root");
        made.AddRange([root, sent, stranger]);
        var leaf = Issue(intermediate, Here, toDays: 90, fetchable: true);
        Good = Of(leaf, sent);
        Incomplete = Of(leaf);
        Expired = Of(Issue(intermediate, Here, fromDays: -30, toDays: -1, fetchable: true), sent);
        WrongName = Of(Issue(intermediate, "another.example", toDays: 90, fetchable: true), sent);
        Untrusted = Of(Issue(stranger, Here, toDays: 90), stranger);
        ExpiringSoon = Of(Issue(intermediate, Here, toDays: 5, fetchable: true), sent);
    }

    /// <summary>The root that both watchers are told to trust.</summary>
    public string RootFile { get; }

    public SslStreamCertificateContext Good { get; }
    public SslStreamCertificateContext Incomplete { get; }
    public SslStreamCertificateContext Expired { get; }
    public SslStreamCertificateContext WrongName { get; }
    public SslStreamCertificateContext Untrusted { get; }
    public SslStreamCertificateContext ExpiringSoon { get; }

    public void Dispose() => made.ForEach(certificate => certificate.Dispose());

    private static SslStreamCertificateContext Of(X509Certificate2 leaf, params X509Certificate2[] sent) => SslStreamCertificateContext.Create(leaf, [.. sent], offline: true);

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return AuthorityRequest(name, key).CreateSelfSigned(Now.AddYears(-2), Now.AddYears(2));
    }

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request;
    }

    /// <param name="fetchable">It says where its issuer's certificate can be fetched, as public ones do.</param>
    private X509Certificate2 Issue(X509Certificate2 issuer, string name, int toDays, int fromDays = -40, bool fetchable = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        else names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        if (fetchable) request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([], ["http://ca.example/issuer.der"]));
        using var issued = request.Create(issuer, Now.AddDays(fromDays), Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        made.Add(certificate);
        return certificate;
    }
}
