using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nines.Probing.Tests.Tls;

/// <summary>
/// A root, an intermediate below it and certificates of every kind, made by openssl as an operator would; openssl also signs the
/// revocation list and answers as the OCSP responder. Its folder is a temporary one.
/// </summary>
public sealed class OpenSslAuthority : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-tls-").FullName;
    private readonly HostileServer status;
    private readonly Lock registry = new(); // openssl's own is a text file that one process may write

    public OpenSslAuthority()
    {
        status = new HostileServer(AnswerAsync);
        if (!Available) return; // the tests skip themselves
        File.WriteAllText(At("index.txt"), "");
        File.WriteAllText(At("ca.conf"), $"""
            [ca]
            default_ca = own
            [own]
            database = {At("index.txt")}
            new_certs_dir = {folder}
            certificate = {At("intermediate.pem")}
            private_key = {At("intermediate.key")}
            rand_serial = yes
            default_md = sha256
            default_days = 30
            default_crl_days = 7
            policy = any
            unique_subject = no
            copy_extensions = copy
            [any]
            commonName = supplied
            """);
        Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 300 -subj /CN=OpenSSL-Root");
        Run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout stranger.key -out stranger.pem -days 300 -subj /CN=Stranger-Root");
        Sign("intermediate", "root", "/CN=OpenSSL-Intermediate", "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign,digitalSignature\nauthorityKeyIdentifier=keyid");
        Sign("impostor", "stranger", "/CN=OpenSSL-Responder", "extendedKeyUsage=OCSPSigning");
        Sign("unauthorized", "intermediate", "/CN=OpenSSL-Responder", "extendedKeyUsage=serverAuth");
        Sign("responder", "intermediate", "/CN=OpenSSL-Responder", "extendedKeyUsage=OCSPSigning");
    }

    public static bool Available { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(place => File.Exists(Path.Combine(place, "openssl")));

    public string RootFile => At("root.pem");

    /// <summary>What the status server does instead of answering; null for answering.</summary>
    internal Func<NetworkStream, CancellationToken, Task>? StatusServer { get; set; }

    /// <summary>Who signs the OCSP answers.</summary>
    public string Responder { get; set; } = "responder";

    public Uri StatusUrl(string path) => status.Url(path);

    public int StatusCalls => status.Accepted;

    /// <summary>Issues a certificate for 127.0.0.1 below the intermediate.</summary>
    /// <param name="from">As openssl ca writes dates: YYYYMMDDHHMMSSZ; null for now.</param>
    public void Issue(string name, string? from = null, string? to = null, string names = "IP:127.0.0.1", string key = "ec -pkeyopt ec_paramgen_curve:P-256")
    {
        lock (registry)
        {
            Run($"req -newkey {key} -nodes -keyout {name}.key -out {name}.csr -subj /CN={name}");
            File.WriteAllText(At($"{name}.ext"), $"subjectAltName={names}\nauthorityInfoAccess=OCSP;URI:{status.Url("/ocsp")},caIssuers;URI:{status.Url("/issuer.der")}\ncrlDistributionPoints=URI:{status.Url("/list.crl")}\n");
            var dates = from is null ? "" : $"-startdate {from} -enddate {to}";
            Run($"ca -batch -notext -config ca.conf -in {name}.csr -out {name}.pem -extfile {name}.ext {dates}");
        }
    }

    /// <summary>Issues a certificate right below the strangers' root.</summary>
    public void IssueByStranger(string name) => Sign(name, "stranger", $"/CN={name}", "subjectAltName=IP:127.0.0.1");

    public void SelfSign(string name) =>
        Run($"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.pem -days 30 -subj /CN={name} -addext subjectAltName=IP:127.0.0.1");

    public void Revoke(string name)
    {
        lock (registry) Run($"ca -config ca.conf -revoke {name}.pem");
    }

    /// <summary>Serves a handshake with the certificate and says nothing more.</summary>
    /// <param name="with">The certificates sent along; none for an incomplete chain.</param>
    internal HostileServer Serve(string name, params string[] with)
    {
        using var pem = X509Certificate2.CreateFromPemFile(At($"{name}.pem"), At($"{name}.key"));
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        var sent = new X509Certificate2Collection(with.Select(one => X509CertificateLoader.LoadCertificateFromFile(At($"{one}.pem"))).ToArray());
        var context = SslStreamCertificateContext.Create(certificate, sent, offline: true);
        return new HostileServer(async (stream, stop) =>
        {
            await using var secured = new SslStream(stream);
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context }, stop);
            await secured.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, stop);
        });
    }

    /// <summary>A real openssl server; its output's first line tells the port.</summary>
    internal async Task<(Process Process, int Port)> ServerAsync(string arguments)
    {
        var process = Process.Start(new ProcessStartInfo("openssl", $"s_server -accept 127.0.0.1:0 -www -naccept 100 {arguments}") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("ACCEPT ", StringComparison.Ordinal))
                return (process, int.Parse(line.AsSpan(line.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));
        throw new InvalidOperationException("openssl s_server ended before it listened");
    }

    public string At(string name) => Path.Combine(folder, name);
    public string Read(string name) => File.ReadAllText(At(name));

    public async ValueTask DisposeAsync()
    {
        await status.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Sign(string name, string issuer, string subject, string extensions)
    {
        Run($"req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key -out {name}.csr -subj {subject}");
        File.WriteAllText(At($"{name}.ext"), extensions);
        Run($"x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -set_serial {RandomSerial()} -out {name}.pem -days 200 -extfile {name}.ext");
    }

    private static string RandomSerial() => $"0x1{Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}";

    /// <summary>The issuer's web server: openssl makes the answers.</summary>
    private async Task AnswerAsync(NetworkStream stream, CancellationToken stop)
    {
        if (StatusServer is { } instead)
        {
            await instead(stream, stop);
            return;
        }
        var head = await HostileServer.ReadHeadAsync(stream, stop);
        byte[] body;
        var file = Guid.NewGuid().ToString("N");
        if (head.StartsWith("POST /ocsp ", StringComparison.Ordinal))
        {
            var length = int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture);
            var question = new byte[length];
            await stream.ReadExactlyAsync(question, stop);
            await File.WriteAllBytesAsync(At(file), question, stop);
            lock (registry) Run($"ocsp -index index.txt -CA intermediate.pem -rsigner {Responder}.pem -rkey {Responder}.key -ndays 1 -reqin {file} -respout {file}.out");
            body = await File.ReadAllBytesAsync(At($"{file}.out"), stop);
        }
        else
        {
            lock (registry) Run($"ca -config ca.conf -gencrl -out {file}");
            Run($"crl -in {file} -outform der -out {file}.out");
            body = await File.ReadAllBytesAsync(At($"{file}.out"), stop);
        }
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n"), .. body], stop);
    }

    private void Run(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var said = process.StandardError.ReadToEndAsync();
        process.BeginOutputReadLine();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"openssl {arguments}: {said.GetAwaiter().GetResult()}");
    }
}
