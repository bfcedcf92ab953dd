using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nines.Cli.Tests.Discovery;

/// <summary>An API server with one service, behind a certificate of a root that only ca.pem knows.</summary>
internal sealed class TlsApiServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 certificate;
    private readonly Task serving;

    /// <param name="folder">Gets the root as ca.pem.</param>
    public TlsApiServer(string folder)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=root", rootKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var root = asked.CreateSelfSigned(now.AddDays(-1), now.AddDays(10));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), root.ExportCertificatePem());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        leaf.CertificateExtensions.Add(names.Build());
        using var issued = leaf.Create(root, now.AddHours(-1), now.AddDays(5), [1, 2, 3]);
        using var whole = issued.CopyWithPrivateKey(key);
        certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        listener.Start();
        serving = ServeAsync();
    }

    public string Url => $"https://{listener.LocalEndpoint}/api/v1/services";

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await serving;
        certificate.Dispose();
    }

    private async Task ServeAsync()
    {
        const string body = """{"kind": "ServiceList", "metadata": {}, "items": [{"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": [{"port": 80}]}}]}""";
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var secured = new SslStream(client.GetStream());
                await secured.AuthenticateAsServerAsync(certificate);
                _ = await secured.ReadAsync(new byte[4_096]);
                await secured.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
            }
            catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
            {
                // A client that does not trust us hangs up.
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
